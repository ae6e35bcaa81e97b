// The polynomials of F64. Each line is one step of Horner's rule; constants are hexadecimal because a decimal
// would hide which double they are.

extension F64 {
  /// The tail (e^r - 1 - r) / r^2 for |r| <= log(2)/2, error relative to e^r.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 5.519e-20.
  @inline(__always) public static func expTail(_ r: Self) -> Self {
    var p: Self = 0x1.1e3b980e6ec50p-29
    p = fma(p, r, 0x1.af6d6c915b871p-26)
    p = fma(p, r, 0x1.27e5b6cf4985dp-22)
    p = fma(p, r, 0x1.71ddef45b7787p-19)
    p = fma(p, r, 0x1.a01a01348592dp-16)
    p = fma(p, r, 0x1.a01a01b3d42c0p-13)
    p = fma(p, r, 0x1.6c16c16c30ec3p-10)
    p = fma(p, r, 0x1.111111110eb84p-7)
    p = fma(p, r, 0x1.5555555555500p-5)
    p = fma(p, r, 0x1.555555555555cp-3)
    p = fma(p, r, 0x1.0000000000000p-1)
    return p
  }

  /// (e^(-q/2) - 1) / q for |q| <= log(2): `expTail` at r = -q/2, with powers of two moved into it.
  @inline(__always) public static func gaussianTail(_ q: Self) -> Self {
    var p: Self = 0x1.1e3b980e6ec50p-41
    p = fma(p, q, -0x1.af6d6c915b871p-37)
    p = fma(p, q, 0x1.27e5b6cf4985dp-32)
    p = fma(p, q, -0x1.71ddef45b7787p-28)
    p = fma(p, q, 0x1.a01a01348592dp-24)
    p = fma(p, q, -0x1.a01a01b3d42c0p-20)
    p = fma(p, q, 0x1.6c16c16c30ec3p-16)
    p = fma(p, q, -0x1.111111110eb84p-12)
    p = fma(p, q, 0x1.5555555555500p-9)
    p = fma(p, q, -0x1.555555555555cp-6)
    p = fma(p, q, 0x1.0000000000000p-3)
    return fma(p, q, -0.5)
  }

  /// The tail (2 atanh(s) - 2s) / s^3 for s2 = s^2 <= (3 - 2 sqrt(2))^2, error relative to log(1 + f).
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 8.463e-21.
  @inline(__always) public static func logTail(_ s2: Self) -> Self {
    var p: Self = 0x1.0f83c40f66123p-3
    p = fma(p, s2, 0x1.0f5933cf80edbp-3)
    p = fma(p, s2, 0x1.3b20d416a8a39p-3)
    p = fma(p, s2, 0x1.745cdd493ea95p-3)
    p = fma(p, s2, 0x1.c71c725beedb4p-3)
    p = fma(p, s2, 0x1.2492492428c3fp-2)
    p = fma(p, s2, 0x1.9999999999e1fp-2)
    p = fma(p, s2, 0x1.5555555555555p-1)
    return p
  }

  /// The ratio erf(x) / x for x2 = x^2 <= 1.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 2.157e-21.
  @inline(__always) public static func erfRatio(_ x2: Self) -> Self {
    var p: Self = -0x1.2928e5a21ceebp-38
    p = fma(p, x2, 0x1.7ecc02e873196p-34)
    p = fma(p, x2, -0x1.4e55d1fecfb04p-30)
    p = fma(p, x2, 0x1.fc4118fae8d52p-27)
    p = fma(p, x2, -0x1.5f6d6b80de246p-23)
    p = fma(p, x2, 0x1.b9e64d0d94392p-20)
    p = fma(p, x2, -0x1.f4d255e1be3d9p-17)
    p = fma(p, x2, 0x1.f9a326bfbd80cp-14)
    p = fma(p, x2, -0x1.c02db3fed9306p-11)
    p = fma(p, x2, 0x1.565bcd0e64accp-8)
    p = fma(p, x2, -0x1.b82ce3128899cp-6)
    p = fma(p, x2, 0x1.ce2f21a042bddp-4)
    p = fma(p, x2, -0x1.812746b0379e7p-2)
    p = fma(p, x2, 0x1.20dd750429b6dp+0)
    return p
  }

  /// The value (1 + 2a) e^(a^2) erfc(a) for q = (a - 2) / (a + 2), 0 <= a <= 27.5.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 1.128e-18.
  @inline(__always) public static func erfcxNumerator(_ q: Self) -> Self {
    var p: Self = 0x1.058e37137b493p-29
    p = fma(p, q, 0x1.ca2a50393cd2dp-29)
    p = fma(p, q, -0x1.f2ae89be75829p-27)
    p = fma(p, q, -0x1.471e85708be10p-25)
    p = fma(p, q, 0x1.7d5c5a1010392p-26)
    p = fma(p, q, 0x1.60c02b1e9bd2cp-23)
    p = fma(p, q, 0x1.39ce1155c9257p-23)
    p = fma(p, q, -0x1.13cac4fba3cbdp-22)
    p = fma(p, q, -0x1.c41583e198002p-21)
    p = fma(p, q, -0x1.7a66980327f02p-21)
    p = fma(p, q, 0x1.94d9edf4ed441p-20)
    p = fma(p, q, 0x1.5f02ca4fe3687p-18)
    p = fma(p, q, 0x1.f1cd54628e2f7p-19)
    p = fma(p, q, -0x1.c4d62a247c72dp-17)
    p = fma(p, q, -0x1.3189429a42816p-15)
    p = fma(p, q, -0x1.951d107439531p-20)
    p = fma(p, q, 0x1.3cc076097623bp-13)
    p = fma(p, q, 0x1.b0c87ed5ccb11p-13)
    p = fma(p, q, -0x1.dc692e680bcd7p-12)
    p = fma(p, q, -0x1.7de520db53bbep-10)
    p = fma(p, q, 0x1.4d461d137efecp-10)
    p = fma(p, q, 0x1.1dd2ec90620d0p-7)
    p = fma(p, q, -0x1.0742340456bc2p-7)
    p = fma(p, q, -0x1.bc2b956198133p-5)
    p = fma(p, q, 0x1.4ffa1e14e26a0p-3)
    p = fma(p, q, -0x1.5407bebf3244bp-3)
    p = fma(p, q, -0x1.7bf5ec170062ep-4)
    p = fma(p, q, 0x1.46e80e2277953p+0)
    return p
  }
}
