/**
 * A test file that can't be loaded, or whose `beforeAll` fails, has noticed the mutant: Stryker's runner looks at tests alone and would
 * count it as not noticed, so that the file is given a test that has failed.
 */
export default class {
  onTestModuleEnd(module) {
    const errors = module.errors();
    const { task } = module;
    if (errors.length === 0) return;
    task.tasks.push({
      type: 'test',
      name: 'is loaded',
      mode: 'run',
      file: task,
      result: { state: 'fail', errors },
    });
  }
}
