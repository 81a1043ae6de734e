package lockstep.tools.chaos.network;

/** The wires of one VMM: those by which it reaches the other servers, and its log channel's. */
public record Wires(Wire disks, Wire arbiter, Wire proxy, Wire log) {}
