import CMPFR

/// One number of many bits, and how far it may be off.
///
/// `error` bounds the relative error in units of 2^-precision; 0 means exact, infinity that no digit is
/// sure. It grows with every operation by what that operation does to errors of its operands (running
/// error analysis), so that one evaluation tells by itself whether its precision was enough.
struct RealCell {
  let value: UnsafeMutablePointer<__mpfr_struct>
  var error = 0.0

  var isRegular: Bool { mpfr_regular_p(value) != 0 }
  var isNaN: Bool { mpfr_nan_p(value) != 0 }
  var isZero: Bool { mpfr_zero_p(value) != 0 }

  /// e with |value| in [2^(e-1), 2^e); far below every other for zero, far above for infinity and NaN.
  var exponent: Int { isRegular ? Int(mpfr_get_exp(value)) : isZero ? -(1 << 40) : 1 << 40 }

  /// A bound on |value| that a double can hold.
  var size: Double { powerOfTwo(exponent) }

  /// -1, 0 or 1; 0 for NaN.
  var sign: Int { isNaN ? 0 : Int(mpfr_sgn(value)) }
}

/// 2^exponent, kept within 2^±1000: a bound that large is infinite for every purpose here.
func powerOfTwo(_ exponent: Int) -> Double {
  Double(sign: .plus, exponent: min(max(exponent, -1000), 1000), significand: 1)
}
