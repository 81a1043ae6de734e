package lockstep.vmm.machine.isa;

/**
 * A number for every instruction of {@link InstructionTable}, dense from 1, so that a switch over
 * them is a jump table. 0 is kept for what is not decoded yet.
 */
public final class Op {

  // RV64I (unprivileged spec, chapters 2 and 4)
  public static final int LUI = 1;
  public static final int AUIPC = 2;
  public static final int JAL = 3;
  public static final int JALR = 4;
  public static final int BEQ = 5;
  public static final int BNE = 6;
  public static final int BLT = 7;
  public static final int BGE = 8;
  public static final int BLTU = 9;
  public static final int BGEU = 10;
  public static final int LB = 11;
  public static final int LH = 12;
  public static final int LW = 13;
  public static final int LD = 14;
  public static final int LBU = 15;
  public static final int LHU = 16;
  public static final int LWU = 17;
  public static final int SB = 18;
  public static final int SH = 19;
  public static final int SW = 20;
  public static final int SD = 21;
  public static final int ADDI = 22;
  public static final int SLTI = 23;
  public static final int SLTIU = 24;
  public static final int XORI = 25;
  public static final int ORI = 26;
  public static final int ANDI = 27;
  public static final int SLLI = 28;
  public static final int SRLI = 29;
  public static final int SRAI = 30;
  public static final int ADD = 31;
  public static final int SUB = 32;
  public static final int SLL = 33;
  public static final int SLT = 34;
  public static final int SLTU = 35;
  public static final int XOR = 36;
  public static final int SRL = 37;
  public static final int SRA = 38;
  public static final int OR = 39;
  public static final int AND = 40;
  public static final int ADDIW = 41;
  public static final int SLLIW = 42;
  public static final int SRLIW = 43;
  public static final int SRAIW = 44;
  public static final int ADDW = 45;
  public static final int SUBW = 46;
  public static final int SLLW = 47;
  public static final int SRLW = 48;
  public static final int SRAW = 49;
  public static final int FENCE = 50;
  public static final int ECALL = 51;
  public static final int EBREAK = 52;

  // Zifencei
  public static final int FENCE_I = 53;

  // Zicsr
  public static final int CSRRW = 54;
  public static final int CSRRS = 55;
  public static final int CSRRC = 56;
  public static final int CSRRWI = 57;
  public static final int CSRRSI = 58;
  public static final int CSRRCI = 59;

  // Privileged instructions (privileged spec, 3.3 and 10.2)
  public static final int MRET = 60;
  public static final int SRET = 61;
  public static final int WFI = 62;
  public static final int SFENCE_VMA = 63;

  // M (chapter 12)
  public static final int MUL = 64;
  public static final int MULH = 65;
  public static final int MULHSU = 66;
  public static final int MULHU = 67;
  public static final int DIV = 68;
  public static final int DIVU = 69;
  public static final int REM = 70;
  public static final int REMU = 71;
  public static final int MULW = 72;
  public static final int DIVW = 73;
  public static final int DIVUW = 74;
  public static final int REMW = 75;
  public static final int REMUW = 76;

  // A (chapter 13)
  public static final int LR_W = 77;
  public static final int LR_D = 78;
  public static final int SC_W = 79;
  public static final int SC_D = 80;
  public static final int AMOSWAP_W = 81;
  public static final int AMOADD_W = 82;
  public static final int AMOXOR_W = 83;
  public static final int AMOAND_W = 84;
  public static final int AMOOR_W = 85;
  public static final int AMOMIN_W = 86;
  public static final int AMOMAX_W = 87;
  public static final int AMOMINU_W = 88;
  public static final int AMOMAXU_W = 89;
  public static final int AMOSWAP_D = 90;
  public static final int AMOADD_D = 91;
  public static final int AMOXOR_D = 92;
  public static final int AMOAND_D = 93;
  public static final int AMOOR_D = 94;
  public static final int AMOMIN_D = 95;
  public static final int AMOMAX_D = 96;
  public static final int AMOMINU_D = 97;
  public static final int AMOMAXU_D = 98;

  // F (chapters 20 and 21)
  public static final int FLW = 99;
  public static final int FSW = 100;
  public static final int FMADD_S = 101;
  public static final int FMSUB_S = 102;
  public static final int FNMSUB_S = 103;
  public static final int FNMADD_S = 104;
  public static final int FADD_S = 105;
  public static final int FSUB_S = 106;
  public static final int FMUL_S = 107;
  public static final int FDIV_S = 108;
  public static final int FSQRT_S = 109;
  public static final int FSGNJ_S = 110;
  public static final int FSGNJN_S = 111;
  public static final int FSGNJX_S = 112;
  public static final int FMIN_S = 113;
  public static final int FMAX_S = 114;
  public static final int FEQ_S = 115;
  public static final int FLT_S = 116;
  public static final int FLE_S = 117;
  public static final int FCLASS_S = 118;
  public static final int FMV_X_W = 119;
  public static final int FMV_W_X = 120;
  public static final int FCVT_W_S = 121;
  public static final int FCVT_WU_S = 122;
  public static final int FCVT_L_S = 123;
  public static final int FCVT_LU_S = 124;
  public static final int FCVT_S_W = 125;
  public static final int FCVT_S_WU = 126;
  public static final int FCVT_S_L = 127;
  public static final int FCVT_S_LU = 128;

  // D (chapters 20 and 21)
  public static final int FLD = 129;
  public static final int FSD = 130;
  public static final int FMADD_D = 131;
  public static final int FMSUB_D = 132;
  public static final int FNMSUB_D = 133;
  public static final int FNMADD_D = 134;
  public static final int FADD_D = 135;
  public static final int FSUB_D = 136;
  public static final int FMUL_D = 137;
  public static final int FDIV_D = 138;
  public static final int FSQRT_D = 139;
  public static final int FSGNJ_D = 140;
  public static final int FSGNJN_D = 141;
  public static final int FSGNJX_D = 142;
  public static final int FMIN_D = 143;
  public static final int FMAX_D = 144;
  public static final int FEQ_D = 145;
  public static final int FLT_D = 146;
  public static final int FLE_D = 147;
  public static final int FCLASS_D = 148;
  public static final int FMV_X_D = 149;
  public static final int FMV_D_X = 150;
  public static final int FCVT_W_D = 151;
  public static final int FCVT_WU_D = 152;
  public static final int FCVT_L_D = 153;
  public static final int FCVT_LU_D = 154;
  public static final int FCVT_D_W = 155;
  public static final int FCVT_D_WU = 156;
  public static final int FCVT_D_L = 157;
  public static final int FCVT_D_LU = 158;
  public static final int FCVT_S_D = 159;
  public static final int FCVT_D_S = 160;

  // Zba (bit manipulation spec)
  public static final int ADD_UW = 161;
  public static final int SH1ADD = 162;
  public static final int SH2ADD = 163;
  public static final int SH3ADD = 164;
  public static final int SH1ADD_UW = 165;
  public static final int SH2ADD_UW = 166;
  public static final int SH3ADD_UW = 167;
  public static final int SLLI_UW = 168;

  // Zbb
  public static final int ANDN = 169;
  public static final int ORN = 170;
  public static final int XNOR = 171;
  public static final int MAX = 172;
  public static final int MAXU = 173;
  public static final int MIN = 174;
  public static final int MINU = 175;
  public static final int ROL = 176;
  public static final int ROR = 177;
  public static final int ROLW = 178;
  public static final int RORW = 179;
  public static final int RORI = 180;
  public static final int RORIW = 181;
  public static final int CLZ = 182;
  public static final int CLZW = 183;
  public static final int CTZ = 184;
  public static final int CTZW = 185;
  public static final int CPOP = 186;
  public static final int CPOPW = 187;
  public static final int SEXT_B = 188;
  public static final int SEXT_H = 189;
  public static final int ZEXT_H = 190;
  public static final int ORC_B = 191;
  public static final int REV8 = 192;

  // Zbs
  public static final int BCLR = 193;
  public static final int BEXT = 194;
  public static final int BINV = 195;
  public static final int BSET = 196;
  public static final int BCLRI = 197;
  public static final int BEXTI = 198;
  public static final int BINVI = 199;
  public static final int BSETI = 200;

  /** Behind the last instruction. */
  public static final int COUNT = 201;

  /** Nothing in the table; the immediate holds the raw bits. */
  public static final int ILLEGAL = COUNT;

  private Op() {}
}
