package lockstep.vmm.machine.isa;

import java.util.List;

/**
 * The 32-bit instructions of the hart, declared once: decoder, disassembler and assembler derive
 * from it.
 */
public final class InstructionTable {
  private static final List<Instruction> ROWS =
      List.of(

          // RV64I (unprivileged spec, chapters 2 and 4)
          row(Op.LUI, "lui", Format.U, 0x00000037, 0x0000007f, Extension.I),
          row(Op.AUIPC, "auipc", Format.U, 0x00000017, 0x0000007f, Extension.I),
          row(Op.JAL, "jal", Format.J, 0x0000006f, 0x0000007f, Extension.I),
          row(Op.JALR, "jalr", Format.I_JUMP, 0x00000067, 0x0000707f, Extension.I),
          row(Op.BEQ, "beq", Format.B, 0x00000063, 0x0000707f, Extension.I),
          row(Op.BNE, "bne", Format.B, 0x00001063, 0x0000707f, Extension.I),
          row(Op.BLT, "blt", Format.B, 0x00004063, 0x0000707f, Extension.I),
          row(Op.BGE, "bge", Format.B, 0x00005063, 0x0000707f, Extension.I),
          row(Op.BLTU, "bltu", Format.B, 0x00006063, 0x0000707f, Extension.I),
          row(Op.BGEU, "bgeu", Format.B, 0x00007063, 0x0000707f, Extension.I),
          row(Op.LB, "lb", Format.I_LOAD, 0x00000003, 0x0000707f, Extension.I),
          row(Op.LH, "lh", Format.I_LOAD, 0x00001003, 0x0000707f, Extension.I),
          row(Op.LW, "lw", Format.I_LOAD, 0x00002003, 0x0000707f, Extension.I),
          row(Op.LD, "ld", Format.I_LOAD, 0x00003003, 0x0000707f, Extension.I),
          row(Op.LBU, "lbu", Format.I_LOAD, 0x00004003, 0x0000707f, Extension.I),
          row(Op.LHU, "lhu", Format.I_LOAD, 0x00005003, 0x0000707f, Extension.I),
          row(Op.LWU, "lwu", Format.I_LOAD, 0x00006003, 0x0000707f, Extension.I),
          row(Op.SB, "sb", Format.S, 0x00000023, 0x0000707f, Extension.I),
          row(Op.SH, "sh", Format.S, 0x00001023, 0x0000707f, Extension.I),
          row(Op.SW, "sw", Format.S, 0x00002023, 0x0000707f, Extension.I),
          row(Op.SD, "sd", Format.S, 0x00003023, 0x0000707f, Extension.I),
          row(Op.ADDI, "addi", Format.I, 0x00000013, 0x0000707f, Extension.I),
          row(Op.SLTI, "slti", Format.I, 0x00002013, 0x0000707f, Extension.I),
          row(Op.SLTIU, "sltiu", Format.I, 0x00003013, 0x0000707f, Extension.I),
          row(Op.XORI, "xori", Format.I, 0x00004013, 0x0000707f, Extension.I),
          row(Op.ORI, "ori", Format.I, 0x00006013, 0x0000707f, Extension.I),
          row(Op.ANDI, "andi", Format.I, 0x00007013, 0x0000707f, Extension.I),
          row(Op.SLLI, "slli", Format.SHIFT, 0x00001013, 0xfc00707f, Extension.I),
          row(Op.SRLI, "srli", Format.SHIFT, 0x00005013, 0xfc00707f, Extension.I),
          row(Op.SRAI, "srai", Format.SHIFT, 0x40005013, 0xfc00707f, Extension.I),
          row(Op.ADD, "add", Format.R, 0x00000033, 0xfe00707f, Extension.I),
          row(Op.SUB, "sub", Format.R, 0x40000033, 0xfe00707f, Extension.I),
          row(Op.SLL, "sll", Format.R, 0x00001033, 0xfe00707f, Extension.I),
          row(Op.SLT, "slt", Format.R, 0x00002033, 0xfe00707f, Extension.I),
          row(Op.SLTU, "sltu", Format.R, 0x00003033, 0xfe00707f, Extension.I),
          row(Op.XOR, "xor", Format.R, 0x00004033, 0xfe00707f, Extension.I),
          row(Op.SRL, "srl", Format.R, 0x00005033, 0xfe00707f, Extension.I),
          row(Op.SRA, "sra", Format.R, 0x40005033, 0xfe00707f, Extension.I),
          row(Op.OR, "or", Format.R, 0x00006033, 0xfe00707f, Extension.I),
          row(Op.AND, "and", Format.R, 0x00007033, 0xfe00707f, Extension.I),
          row(Op.ADDIW, "addiw", Format.I, 0x0000001b, 0x0000707f, Extension.I),
          row(Op.SLLIW, "slliw", Format.SHIFT, 0x0000101b, 0xfe00707f, Extension.I),
          row(Op.SRLIW, "srliw", Format.SHIFT, 0x0000501b, 0xfe00707f, Extension.I),
          row(Op.SRAIW, "sraiw", Format.SHIFT, 0x4000501b, 0xfe00707f, Extension.I),
          row(Op.ADDW, "addw", Format.R, 0x0000003b, 0xfe00707f, Extension.I),
          row(Op.SUBW, "subw", Format.R, 0x4000003b, 0xfe00707f, Extension.I),
          row(Op.SLLW, "sllw", Format.R, 0x0000103b, 0xfe00707f, Extension.I),
          row(Op.SRLW, "srlw", Format.R, 0x0000503b, 0xfe00707f, Extension.I),
          row(Op.SRAW, "sraw", Format.R, 0x4000503b, 0xfe00707f, Extension.I),
          row(Op.FENCE, "fence", Format.NONE, 0x0000000f, 0x0000707f, Extension.I),
          row(Op.ECALL, "ecall", Format.NONE, 0x00000073, 0xffffffff, Extension.I),
          row(Op.EBREAK, "ebreak", Format.NONE, 0x00100073, 0xffffffff, Extension.I),

          // Zifencei
          row(Op.FENCE_I, "fence.i", Format.NONE, 0x0000100f, 0x0000707f, Extension.ZIFENCEI),

          // Zicsr
          row(Op.CSRRW, "csrrw", Format.CSR, 0x00001073, 0x0000707f, Extension.ZICSR),
          row(Op.CSRRS, "csrrs", Format.CSR, 0x00002073, 0x0000707f, Extension.ZICSR),
          row(Op.CSRRC, "csrrc", Format.CSR, 0x00003073, 0x0000707f, Extension.ZICSR),
          row(Op.CSRRWI, "csrrwi", Format.CSR_IMM, 0x00005073, 0x0000707f, Extension.ZICSR),
          row(Op.CSRRSI, "csrrsi", Format.CSR_IMM, 0x00006073, 0x0000707f, Extension.ZICSR),
          row(Op.CSRRCI, "csrrci", Format.CSR_IMM, 0x00007073, 0x0000707f, Extension.ZICSR),

          // Privileged instructions (privileged spec, 3.3 and 10.2)
          row(Op.MRET, "mret", Format.NONE, 0x30200073, 0xffffffff, Extension.PRIVILEGED),
          row(Op.SRET, "sret", Format.NONE, 0x10200073, 0xffffffff, Extension.PRIVILEGED),
          row(Op.WFI, "wfi", Format.NONE, 0x10500073, 0xffffffff, Extension.PRIVILEGED),
          row(
              Op.SFENCE_VMA,
              "sfence.vma",
              Format.SFENCE,
              0x12000073,
              0xfe007fff,
              Extension.PRIVILEGED),

          // M (chapter 12)
          row(Op.MUL, "mul", Format.R, 0x02000033, 0xfe00707f, Extension.M),
          row(Op.MULH, "mulh", Format.R, 0x02001033, 0xfe00707f, Extension.M),
          row(Op.MULHSU, "mulhsu", Format.R, 0x02002033, 0xfe00707f, Extension.M),
          row(Op.MULHU, "mulhu", Format.R, 0x02003033, 0xfe00707f, Extension.M),
          row(Op.DIV, "div", Format.R, 0x02004033, 0xfe00707f, Extension.M),
          row(Op.DIVU, "divu", Format.R, 0x02005033, 0xfe00707f, Extension.M),
          row(Op.REM, "rem", Format.R, 0x02006033, 0xfe00707f, Extension.M),
          row(Op.REMU, "remu", Format.R, 0x02007033, 0xfe00707f, Extension.M),
          row(Op.MULW, "mulw", Format.R, 0x0200003b, 0xfe00707f, Extension.M),
          row(Op.DIVW, "divw", Format.R, 0x0200403b, 0xfe00707f, Extension.M),
          row(Op.DIVUW, "divuw", Format.R, 0x0200503b, 0xfe00707f, Extension.M),
          row(Op.REMW, "remw", Format.R, 0x0200603b, 0xfe00707f, Extension.M),
          row(Op.REMUW, "remuw", Format.R, 0x0200703b, 0xfe00707f, Extension.M),

          // A (chapter 13)
          row(Op.LR_W, "lr.w", Format.LR, 0x1000202f, 0xf9f0707f, Extension.A),
          row(Op.LR_D, "lr.d", Format.LR, 0x1000302f, 0xf9f0707f, Extension.A),
          row(Op.SC_W, "sc.w", Format.AMO, 0x1800202f, 0xf800707f, Extension.A),
          row(Op.SC_D, "sc.d", Format.AMO, 0x1800302f, 0xf800707f, Extension.A),
          row(Op.AMOSWAP_W, "amoswap.w", Format.AMO, 0x0800202f, 0xf800707f, Extension.A),
          row(Op.AMOADD_W, "amoadd.w", Format.AMO, 0x0000202f, 0xf800707f, Extension.A),
          row(Op.AMOXOR_W, "amoxor.w", Format.AMO, 0x2000202f, 0xf800707f, Extension.A),
          row(Op.AMOAND_W, "amoand.w", Format.AMO, 0x6000202f, 0xf800707f, Extension.A),
          row(Op.AMOOR_W, "amoor.w", Format.AMO, 0x4000202f, 0xf800707f, Extension.A),
          row(Op.AMOMIN_W, "amomin.w", Format.AMO, 0x8000202f, 0xf800707f, Extension.A),
          row(Op.AMOMAX_W, "amomax.w", Format.AMO, 0xa000202f, 0xf800707f, Extension.A),
          row(Op.AMOMINU_W, "amominu.w", Format.AMO, 0xc000202f, 0xf800707f, Extension.A),
          row(Op.AMOMAXU_W, "amomaxu.w", Format.AMO, 0xe000202f, 0xf800707f, Extension.A),
          row(Op.AMOSWAP_D, "amoswap.d", Format.AMO, 0x0800302f, 0xf800707f, Extension.A),
          row(Op.AMOADD_D, "amoadd.d", Format.AMO, 0x0000302f, 0xf800707f, Extension.A),
          row(Op.AMOXOR_D, "amoxor.d", Format.AMO, 0x2000302f, 0xf800707f, Extension.A),
          row(Op.AMOAND_D, "amoand.d", Format.AMO, 0x6000302f, 0xf800707f, Extension.A),
          row(Op.AMOOR_D, "amoor.d", Format.AMO, 0x4000302f, 0xf800707f, Extension.A),
          row(Op.AMOMIN_D, "amomin.d", Format.AMO, 0x8000302f, 0xf800707f, Extension.A),
          row(Op.AMOMAX_D, "amomax.d", Format.AMO, 0xa000302f, 0xf800707f, Extension.A),
          row(Op.AMOMINU_D, "amominu.d", Format.AMO, 0xc000302f, 0xf800707f, Extension.A),
          row(Op.AMOMAXU_D, "amomaxu.d", Format.AMO, 0xe000302f, 0xf800707f, Extension.A),

          // F (chapters 20 and 21)
          row(Op.FLW, "flw", Format.F_LOAD, 0x00002007, 0x0000707f, Extension.F),
          row(Op.FSW, "fsw", Format.F_STORE, 0x00002027, 0x0000707f, Extension.F),
          row(Op.FMADD_S, "fmadd.s", Format.FFFF_RM, 0x00000043, 0x0600007f, Extension.F),
          row(Op.FMSUB_S, "fmsub.s", Format.FFFF_RM, 0x00000047, 0x0600007f, Extension.F),
          row(Op.FNMSUB_S, "fnmsub.s", Format.FFFF_RM, 0x0000004b, 0x0600007f, Extension.F),
          row(Op.FNMADD_S, "fnmadd.s", Format.FFFF_RM, 0x0000004f, 0x0600007f, Extension.F),
          row(Op.FADD_S, "fadd.s", Format.FFF_RM, 0x00000053, 0xfe00007f, Extension.F),
          row(Op.FSUB_S, "fsub.s", Format.FFF_RM, 0x08000053, 0xfe00007f, Extension.F),
          row(Op.FMUL_S, "fmul.s", Format.FFF_RM, 0x10000053, 0xfe00007f, Extension.F),
          row(Op.FDIV_S, "fdiv.s", Format.FFF_RM, 0x18000053, 0xfe00007f, Extension.F),
          row(Op.FSQRT_S, "fsqrt.s", Format.FF_RM, 0x58000053, 0xfff0007f, Extension.F),
          row(Op.FSGNJ_S, "fsgnj.s", Format.FFF, 0x20000053, 0xfe00707f, Extension.F),
          row(Op.FSGNJN_S, "fsgnjn.s", Format.FFF, 0x20001053, 0xfe00707f, Extension.F),
          row(Op.FSGNJX_S, "fsgnjx.s", Format.FFF, 0x20002053, 0xfe00707f, Extension.F),
          row(Op.FMIN_S, "fmin.s", Format.FFF, 0x28000053, 0xfe00707f, Extension.F),
          row(Op.FMAX_S, "fmax.s", Format.FFF, 0x28001053, 0xfe00707f, Extension.F),
          row(Op.FEQ_S, "feq.s", Format.XFF, 0xa0002053, 0xfe00707f, Extension.F),
          row(Op.FLT_S, "flt.s", Format.XFF, 0xa0001053, 0xfe00707f, Extension.F),
          row(Op.FLE_S, "fle.s", Format.XFF, 0xa0000053, 0xfe00707f, Extension.F),
          row(Op.FCLASS_S, "fclass.s", Format.XF, 0xe0001053, 0xfff0707f, Extension.F),
          row(Op.FMV_X_W, "fmv.x.w", Format.XF, 0xe0000053, 0xfff0707f, Extension.F),
          row(Op.FMV_W_X, "fmv.w.x", Format.FX, 0xf0000053, 0xfff0707f, Extension.F),
          row(Op.FCVT_W_S, "fcvt.w.s", Format.XF_RM, 0xc0000053, 0xfff0007f, Extension.F),
          row(Op.FCVT_WU_S, "fcvt.wu.s", Format.XF_RM, 0xc0100053, 0xfff0007f, Extension.F),
          row(Op.FCVT_L_S, "fcvt.l.s", Format.XF_RM, 0xc0200053, 0xfff0007f, Extension.F),
          row(Op.FCVT_LU_S, "fcvt.lu.s", Format.XF_RM, 0xc0300053, 0xfff0007f, Extension.F),
          row(Op.FCVT_S_W, "fcvt.s.w", Format.FX_RM, 0xd0000053, 0xfff0007f, Extension.F),
          row(Op.FCVT_S_WU, "fcvt.s.wu", Format.FX_RM, 0xd0100053, 0xfff0007f, Extension.F),
          row(Op.FCVT_S_L, "fcvt.s.l", Format.FX_RM, 0xd0200053, 0xfff0007f, Extension.F),
          row(Op.FCVT_S_LU, "fcvt.s.lu", Format.FX_RM, 0xd0300053, 0xfff0007f, Extension.F),

          // D (chapters 20 and 21)
          row(Op.FLD, "fld", Format.F_LOAD, 0x00003007, 0x0000707f, Extension.D),
          row(Op.FSD, "fsd", Format.F_STORE, 0x00003027, 0x0000707f, Extension.D),
          row(Op.FMADD_D, "fmadd.d", Format.FFFF_RM, 0x02000043, 0x0600007f, Extension.D),
          row(Op.FMSUB_D, "fmsub.d", Format.FFFF_RM, 0x02000047, 0x0600007f, Extension.D),
          row(Op.FNMSUB_D, "fnmsub.d", Format.FFFF_RM, 0x0200004b, 0x0600007f, Extension.D),
          row(Op.FNMADD_D, "fnmadd.d", Format.FFFF_RM, 0x0200004f, 0x0600007f, Extension.D),
          row(Op.FADD_D, "fadd.d", Format.FFF_RM, 0x02000053, 0xfe00007f, Extension.D),
          row(Op.FSUB_D, "fsub.d", Format.FFF_RM, 0x0a000053, 0xfe00007f, Extension.D),
          row(Op.FMUL_D, "fmul.d", Format.FFF_RM, 0x12000053, 0xfe00007f, Extension.D),
          row(Op.FDIV_D, "fdiv.d", Format.FFF_RM, 0x1a000053, 0xfe00007f, Extension.D),
          row(Op.FSQRT_D, "fsqrt.d", Format.FF_RM, 0x5a000053, 0xfff0007f, Extension.D),
          row(Op.FSGNJ_D, "fsgnj.d", Format.FFF, 0x22000053, 0xfe00707f, Extension.D),
          row(Op.FSGNJN_D, "fsgnjn.d", Format.FFF, 0x22001053, 0xfe00707f, Extension.D),
          row(Op.FSGNJX_D, "fsgnjx.d", Format.FFF, 0x22002053, 0xfe00707f, Extension.D),
          row(Op.FMIN_D, "fmin.d", Format.FFF, 0x2a000053, 0xfe00707f, Extension.D),
          row(Op.FMAX_D, "fmax.d", Format.FFF, 0x2a001053, 0xfe00707f, Extension.D),
          row(Op.FEQ_D, "feq.d", Format.XFF, 0xa2002053, 0xfe00707f, Extension.D),
          row(Op.FLT_D, "flt.d", Format.XFF, 0xa2001053, 0xfe00707f, Extension.D),
          row(Op.FLE_D, "fle.d", Format.XFF, 0xa2000053, 0xfe00707f, Extension.D),
          row(Op.FCLASS_D, "fclass.d", Format.XF, 0xe2001053, 0xfff0707f, Extension.D),
          row(Op.FMV_X_D, "fmv.x.d", Format.XF, 0xe2000053, 0xfff0707f, Extension.D),
          row(Op.FMV_D_X, "fmv.d.x", Format.FX, 0xf2000053, 0xfff0707f, Extension.D),
          row(Op.FCVT_W_D, "fcvt.w.d", Format.XF_RM, 0xc2000053, 0xfff0007f, Extension.D),
          row(Op.FCVT_WU_D, "fcvt.wu.d", Format.XF_RM, 0xc2100053, 0xfff0007f, Extension.D),
          row(Op.FCVT_L_D, "fcvt.l.d", Format.XF_RM, 0xc2200053, 0xfff0007f, Extension.D),
          row(Op.FCVT_LU_D, "fcvt.lu.d", Format.XF_RM, 0xc2300053, 0xfff0007f, Extension.D),
          row(Op.FCVT_D_W, "fcvt.d.w", Format.FX_RM, 0xd2000053, 0xfff0007f, Extension.D),
          row(Op.FCVT_D_WU, "fcvt.d.wu", Format.FX_RM, 0xd2100053, 0xfff0007f, Extension.D),
          row(Op.FCVT_D_L, "fcvt.d.l", Format.FX_RM, 0xd2200053, 0xfff0007f, Extension.D),
          row(Op.FCVT_D_LU, "fcvt.d.lu", Format.FX_RM, 0xd2300053, 0xfff0007f, Extension.D),
          row(Op.FCVT_S_D, "fcvt.s.d", Format.FF_RM, 0x40100053, 0xfff0007f, Extension.D),
          row(Op.FCVT_D_S, "fcvt.d.s", Format.FF_RM, 0x42000053, 0xfff0007f, Extension.D),

          // Zba (bit manipulation spec)
          row(Op.ADD_UW, "add.uw", Format.R, 0x0800003b, 0xfe00707f, Extension.ZBA),
          row(Op.SH1ADD, "sh1add", Format.R, 0x20002033, 0xfe00707f, Extension.ZBA),
          row(Op.SH2ADD, "sh2add", Format.R, 0x20004033, 0xfe00707f, Extension.ZBA),
          row(Op.SH3ADD, "sh3add", Format.R, 0x20006033, 0xfe00707f, Extension.ZBA),
          row(Op.SH1ADD_UW, "sh1add.uw", Format.R, 0x2000203b, 0xfe00707f, Extension.ZBA),
          row(Op.SH2ADD_UW, "sh2add.uw", Format.R, 0x2000403b, 0xfe00707f, Extension.ZBA),
          row(Op.SH3ADD_UW, "sh3add.uw", Format.R, 0x2000603b, 0xfe00707f, Extension.ZBA),
          row(Op.SLLI_UW, "slli.uw", Format.SHIFT, 0x0800101b, 0xfc00707f, Extension.ZBA),

          // Zbb
          row(Op.ANDN, "andn", Format.R, 0x40007033, 0xfe00707f, Extension.ZBB),
          row(Op.ORN, "orn", Format.R, 0x40006033, 0xfe00707f, Extension.ZBB),
          row(Op.XNOR, "xnor", Format.R, 0x40004033, 0xfe00707f, Extension.ZBB),
          row(Op.MAX, "max", Format.R, 0x0a006033, 0xfe00707f, Extension.ZBB),
          row(Op.MAXU, "maxu", Format.R, 0x0a007033, 0xfe00707f, Extension.ZBB),
          row(Op.MIN, "min", Format.R, 0x0a004033, 0xfe00707f, Extension.ZBB),
          row(Op.MINU, "minu", Format.R, 0x0a005033, 0xfe00707f, Extension.ZBB),
          row(Op.ROL, "rol", Format.R, 0x60001033, 0xfe00707f, Extension.ZBB),
          row(Op.ROR, "ror", Format.R, 0x60005033, 0xfe00707f, Extension.ZBB),
          row(Op.ROLW, "rolw", Format.R, 0x6000103b, 0xfe00707f, Extension.ZBB),
          row(Op.RORW, "rorw", Format.R, 0x6000503b, 0xfe00707f, Extension.ZBB),
          row(Op.RORI, "rori", Format.SHIFT, 0x60005013, 0xfc00707f, Extension.ZBB),
          row(Op.RORIW, "roriw", Format.SHIFT, 0x6000501b, 0xfe00707f, Extension.ZBB),
          row(Op.CLZ, "clz", Format.R1, 0x60001013, 0xfff0707f, Extension.ZBB),
          row(Op.CLZW, "clzw", Format.R1, 0x6000101b, 0xfff0707f, Extension.ZBB),
          row(Op.CTZ, "ctz", Format.R1, 0x60101013, 0xfff0707f, Extension.ZBB),
          row(Op.CTZW, "ctzw", Format.R1, 0x6010101b, 0xfff0707f, Extension.ZBB),
          row(Op.CPOP, "cpop", Format.R1, 0x60201013, 0xfff0707f, Extension.ZBB),
          row(Op.CPOPW, "cpopw", Format.R1, 0x6020101b, 0xfff0707f, Extension.ZBB),
          row(Op.SEXT_B, "sext.b", Format.R1, 0x60401013, 0xfff0707f, Extension.ZBB),
          row(Op.SEXT_H, "sext.h", Format.R1, 0x60501013, 0xfff0707f, Extension.ZBB),
          row(Op.ZEXT_H, "zext.h", Format.R1, 0x0800403b, 0xfff0707f, Extension.ZBB),
          row(Op.ORC_B, "orc.b", Format.R1, 0x28705013, 0xfff0707f, Extension.ZBB),
          row(Op.REV8, "rev8", Format.R1, 0x6b805013, 0xfff0707f, Extension.ZBB),

          // Zbs
          row(Op.BCLR, "bclr", Format.R, 0x48001033, 0xfe00707f, Extension.ZBS),
          row(Op.BEXT, "bext", Format.R, 0x48005033, 0xfe00707f, Extension.ZBS),
          row(Op.BINV, "binv", Format.R, 0x68001033, 0xfe00707f, Extension.ZBS),
          row(Op.BSET, "bset", Format.R, 0x28001033, 0xfe00707f, Extension.ZBS),
          row(Op.BCLRI, "bclri", Format.SHIFT, 0x48001013, 0xfc00707f, Extension.ZBS),
          row(Op.BEXTI, "bexti", Format.SHIFT, 0x48005013, 0xfc00707f, Extension.ZBS),
          row(Op.BINVI, "binvi", Format.SHIFT, 0x68001013, 0xfc00707f, Extension.ZBS),
          row(Op.BSETI, "bseti", Format.SHIFT, 0x28001013, 0xfc00707f, Extension.ZBS));

  private InstructionTable() {}

  private static Instruction row(
      int op, String mnemonic, Format format, int match, int mask, Extension extension) {
    return new Instruction(op, mnemonic, format, match, mask, extension);
  }

  /** Every instruction; the one numbered {@code op} is at index {@code op - 1}. */
  public static List<Instruction> all() {
    return ROWS;
  }

  /** The row of an {@link Op} other than {@link Op#ILLEGAL}. */
  public static Instruction of(int op) {
    return ROWS.get(op - 1);
  }
}
