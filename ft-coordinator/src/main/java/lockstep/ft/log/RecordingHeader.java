package lockstep.ft.log;

import lockstep.ft.machine.Bytes;

/**
 * What a recording says of itself first.
 *
 * @param machineVersion of the machine that was recorded; another one may behave differently
 * @param vm the VM's name
 * @param definition the VM's definition as text
 * @param definitionDigest its digest, as in every hello
 */
public record RecordingHeader(
    int machineVersion, String vm, Bytes definition, String definitionDigest) {}
