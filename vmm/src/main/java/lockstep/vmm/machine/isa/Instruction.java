package lockstep.vmm.machine.isa;

/**
 * A row of the table: a word is this instruction if {@code (word & mask) == match}.
 *
 * @param op its number in {@link Op}
 */
public record Instruction(
    int op, String mnemonic, Format format, int match, int mask, Extension extension) {}
