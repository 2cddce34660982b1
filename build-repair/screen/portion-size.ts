/** Images that are looked at together; every portion but a source's last has as many. */
export const PORTION = 64;
