package lockstep.vmm.machine.hart;

import java.math.BigInteger;

/**
 * What the integer instructions compute, by their names and in plain arithmetic of any size: told a
 * second time, and otherwise than the interpreter does.
 */
final class IntegerOracle {
  private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);
  private static final BigInteger TWO_32 = BigInteger.ONE.shiftLeft(32);

  private IntegerOracle() {}

  static long result(String mnemonic, long a, long b) {
    String name = mnemonic.replace("sext.", "sext_").replace("zext.", "zext_");
    boolean unsignedWord = name.endsWith(".uw");
    if (unsignedWord) {
      name = name.substring(0, name.length() - 3);
      a &= 0xffff_ffffL;
    } else if (isWord(name)) {
      return (int) word(name.substring(0, name.length() - 1), (int) a, b);
    }
    return doubleWord(withoutImmediate(name), a, b);
  }

  private static boolean isWord(String name) {
    return name.endsWith("w") && name.length() > 3;
  }

  private static String withoutImmediate(String name) {
    return switch (name) {
      case "addi",
          "slti",
          "xori",
          "ori",
          "andi",
          "slli",
          "srli",
          "srai",
          "rori",
          "bclri",
          "bexti",
          "binvi",
          "bseti" ->
          name.substring(0, name.length() - 1);
      case "sltiu" -> "sltu";
      default -> name;
    };
  }

  private static BigInteger signed(long value) {
    return BigInteger.valueOf(value);
  }

  private static BigInteger unsigned(long value) {
    return signed(value).mod(TWO_64);
  }

  private static long doubleWord(String name, long a, long b) {
    int n = (int) b & 63;
    boolean bit = unsigned(a).testBit(n);
    return switch (name) {
      case "add" -> signed(a).add(signed(b)).longValue();
      case "sub" -> signed(a).subtract(signed(b)).longValue();
      case "sll" -> unsigned(a).shiftLeft(n).longValue();
      case "srl" -> unsigned(a).shiftRight(n).longValue();
      case "sra" -> signed(a).shiftRight(n).longValue();
      case "slt" -> signed(a).compareTo(signed(b)) < 0 ? 1 : 0;
      case "sltu" -> unsigned(a).compareTo(unsigned(b)) < 0 ? 1 : 0;
      case "xor" -> signed(a).xor(signed(b)).longValue();
      case "or" -> signed(a).or(signed(b)).longValue();
      case "and" -> signed(a).and(signed(b)).longValue();
      case "andn" -> signed(a).andNot(signed(b)).longValue();
      case "orn" -> signed(a).or(signed(b).not()).longValue();
      case "xnor" -> signed(a).xor(signed(b)).not().longValue();
      case "mul" -> signed(a).multiply(signed(b)).longValue();
      case "mulh" -> signed(a).multiply(signed(b)).shiftRight(64).longValue();
      case "mulhu" -> unsigned(a).multiply(unsigned(b)).shiftRight(64).longValue();
      case "mulhsu" -> signed(a).multiply(unsigned(b)).shiftRight(64).longValue();
      case "div" -> quotient(signed(a), signed(b));
      case "divu" -> quotient(unsigned(a), unsigned(b));
      case "rem" -> remainder(signed(a), signed(b));
      case "remu" -> remainder(unsigned(a), unsigned(b));
      case "max" -> signed(a).max(signed(b)).longValue();
      case "maxu" -> unsigned(a).max(unsigned(b)).longValue();
      case "min" -> signed(a).min(signed(b)).longValue();
      case "minu" -> unsigned(a).min(unsigned(b)).longValue();
      case "sh1add" -> signed(a).shiftLeft(1).add(signed(b)).longValue();
      case "sh2add" -> signed(a).shiftLeft(2).add(signed(b)).longValue();
      case "sh3add" -> signed(a).shiftLeft(3).add(signed(b)).longValue();
      case "rol" -> rotatedRight(unsigned(a), 64 - n, 64);
      case "ror" -> rotatedRight(unsigned(a), n, 64);
      case "bclr" -> unsigned(a).clearBit(n).longValue();
      case "bset" -> unsigned(a).setBit(n).longValue();
      case "binv" -> unsigned(a).flipBit(n).longValue();
      case "bext" -> bit ? 1 : 0;
      case "clz" -> 64 - unsigned(a).bitLength();
      case "ctz" -> a == 0 ? 64 : unsigned(a).getLowestSetBit();
      case "cpop" -> unsigned(a).bitCount();
      case "sext_b" -> signed(a << 56).shiftRight(56).longValue();
      case "sext_h" -> signed(a << 48).shiftRight(48).longValue();
      case "zext_h" -> unsigned(a).mod(BigInteger.ONE.shiftLeft(16)).longValue();
      case "orc.b" -> bytewise(a, false);
      case "rev8" -> bytewise(a, true);
      default -> throw new AssertionError("no integer instruction: " + name);
    };
  }

  /** Of words, sign-extended; the result's low 32 bits count. */
  private static long word(String name, int a, long b) {
    BigInteger unsignedA = signed(a).mod(TWO_32);
    BigInteger unsignedB = signed((int) b).mod(TWO_32);
    int n = (int) b & 31;
    return switch (name) {
      case "add", "addi" -> signed(a).add(signed(b)).longValue();
      case "sub" -> signed(a).subtract(signed(b)).longValue();
      case "mul" -> signed(a).multiply(signed(b)).longValue();
      case "sll", "slli" -> signed(a).shiftLeft(n).longValue();
      case "srl", "srli" -> unsignedA.shiftRight(n).longValue();
      case "sra", "srai" -> signed(a).shiftRight(n).longValue();
      case "div" -> quotient(signed(a), signed((int) b));
      case "divu" -> quotient(unsignedA, unsignedB);
      case "rem" -> remainder(signed(a), signed((int) b));
      case "remu" -> remainder(unsignedA, unsignedB);
      case "rol" -> rotatedRight(unsignedA, 32 - n, 32);
      case "ror", "rori" -> rotatedRight(unsignedA, n, 32);
      case "clz" -> 32 - unsignedA.bitLength();
      case "ctz" -> a == 0 ? 32 : unsignedA.getLowestSetBit();
      case "cpop" -> unsignedA.bitCount();
      default -> throw new AssertionError("no integer instruction of words: " + name);
    };
  }

  private static long quotient(BigInteger a, BigInteger b) {
    return b.signum() == 0 ? -1 : a.divide(b).longValue();
  }

  private static long remainder(BigInteger a, BigInteger b) {
    return (b.signum() == 0 ? a : a.remainder(b)).longValue();
  }

  private static long rotatedRight(BigInteger a, int n, int bits) {
    return a.shiftRight(n).or(a.shiftLeft(bits - n)).longValue();
  }

  private static long bytewise(long a, boolean reverse) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      long eight = a >>> i & 0xff;
      result |= reverse ? eight << (56 - i) : eight == 0 ? 0 : 0xffL << i;
    }
    return result;
  }
}
