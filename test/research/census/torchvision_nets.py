"""Exports torchvision's nets with random weights, and what ONNX Runtime answers, for `npm run census -- FOLDER --reference FOLDER/reference.npz`.

pip install torch torchvision onnx onnxscript onnxruntime && python test/research/census/torchvision_nets.py FOLDER [NAME ...]
"""

import os
import sys
import warnings

import numpy as np
import onnxruntime
import torch
import torchvision

warnings.filterwarnings('ignore')
NETS = ['resnet18', 'vgg11', 'mobilenet_v2', 'mobilenet_v3_small', 'efficientnet_b0', 'densenet121']


def settled(name):
    """With the statistics of random images in its normalisations, so that its answers are some way apart."""
    torch.manual_seed(1)
    net = getattr(torchvision.models, name)(weights=None)
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.uniform_(norm.bias, -0.2, 0.2)
        norm.momentum = None
    for module in net.modules():
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.kaiming_normal_(module.weight)
    net.train()
    with torch.no_grad():
        net(torch.rand(8, 3, 224, 224))
    return net.eval()


def main(folder, names):
    os.makedirs(folder, exist_ok=True)
    arrays = {}
    for name in names or NETS:
        net = settled(name)
        x = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(2))
        for exporter in ('legacy', 'dynamo'):
            file = f'{name}_{exporter}.onnx'
            path = os.path.join(folder, file)
            if exporter == 'legacy':
                torch.onnx.export(net, (x,), path, dynamo=False, opset_version=17, input_names=['x'],
                                  dynamic_axes={'x': {0: 'batch'}})
            else:
                torch.onnx.export(net, (x,), path, dynamo=True, verbose=False,
                                  dynamic_shapes=({0: torch.export.Dim('batch')},))
            session = onnxruntime.InferenceSession(path)
            y = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
            arrays[f'{file}/x'], arrays[f'{file}/y'] = x.numpy(), y
            print(f'{file}: spread of its answers {np.std(y):.3f}', flush=True)
    np.savez(os.path.join(folder, 'reference.npz'), **arrays)


main(sys.argv[1], sys.argv[2:])
