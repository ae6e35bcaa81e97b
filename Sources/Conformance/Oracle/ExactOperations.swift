import CMPFR
import Formula

// One operation in many bits, and what it does to errors: `error` of the result is the operands' times
// the condition number of the function there, plus its own rounding.
extension ExactEvaluator.Level {
  func unary(_ f: UnaryFunction, _ a: RealCell, _ r: inout RealCell) {
    let (y, x) = (r.value, a.value)
    var inexact: Int32 = 0
    var condition = 1.0
    switch f {
    case .negate: inexact = mpfr_neg(y, x, MPFR_RNDN)
    case .abs: inexact = mpfr_abs(y, x, MPFR_RNDN)
    case .sign:
      sign(a, &r)
      return
    case .floor:
      floor(a, &r)
      return
    case .exp:
      inexact = mpfr_exp(y, x, MPFR_RNDN)
      condition = a.size
    case .expm1:
      inexact = mpfr_expm1(y, x, MPFR_RNDN)
      condition = a.size + 1
    case .sinh:
      inexact = mpfr_sinh(y, x, MPFR_RNDN)
      condition = a.size + 1
    case .cosh:
      inexact = mpfr_cosh(y, x, MPFR_RNDN)
      condition = a.size
    case .sech:
      inexact = mpfr_sech(y, x, MPFR_RNDN)
      condition = a.size
    case .log:
      inexact = mpfr_log(y, x, MPFR_RNDN)
      condition = r.isZero ? .infinity : powerOfTwo(1 - r.exponent)
    case .log1p:
      inexact = mpfr_log1p(y, x, MPFR_RNDN)
      if a.sign < 0 {
        let gap = 1 + mpfr_get_d(x, MPFR_RNDU)
        condition = gap > 0 ? 2 + 1 / gap : .infinity
      }
    case .tanh: inexact = mpfr_tanh(y, x, MPFR_RNDN)
    case .atan: inexact = mpfr_atan(y, x, MPFR_RNDN)
    case .asinh: inexact = mpfr_asinh(y, x, MPFR_RNDN)
    case .erf: inexact = mpfr_erf(y, x, MPFR_RNDN)
    case .erfc:
      inexact = mpfr_erfc(y, x, MPFR_RNDN)
      if a.sign > 0 { condition = 2 * a.size * a.size + 2 }
    case .sqrt: inexact = mpfr_sqrt(y, x, MPFR_RNDN)
    case .sin:
      inexact = mpfr_sin(y, x, MPFR_RNDN)
      condition = powerOfTwo(a.exponent - r.exponent + 1)
    case .cos:
      inexact = mpfr_cos(y, x, MPFR_RNDN)
      condition = powerOfTwo(a.exponent - r.exponent + 1) * a.size
    case .sigmoid:
      mpfr_neg(y, x, MPFR_RNDN)
      mpfr_exp(y, y, MPFR_RNDN)
      mpfr_add_ui(y, y, 1, MPFR_RNDN)
      mpfr_ui_div(y, 1, y, MPFR_RNDN)
      condition = a.sign < 0 ? a.size : 1
      inexact = 1
    case .softplus:
      // Of -|a|, so that nothing overflows.
      mpfr_abs(y, x, MPFR_RNDN)
      mpfr_neg(y, y, MPFR_RNDN)
      mpfr_exp(y, y, MPFR_RNDN)
      mpfr_log1p(y, y, MPFR_RNDN)
      if a.sign > 0 || a.isNaN { mpfr_add(y, y, x, MPFR_RNDN) }
      condition = a.sign < 0 ? a.size + 1 : 1
      inexact = 1
    }
    // 4: sigmoid and softplus are four operations, with errors that shrink on the way.
    settle(&r, error: propagated(a, condition: condition) + (inexact == 0 ? 0 : 4))
  }

  func binary(_ op: BinaryOperator, _ a: RealCell, _ b: RealCell, _ r: inout RealCell) {
    let (y, p, q) = (r.value, a.value, b.value)
    var inexact: Int32 = 0
    switch op {
    case .add: inexact = mpfr_add(y, p, q, MPFR_RNDN)
    case .subtract: inexact = mpfr_sub(y, p, q, MPFR_RNDN)
    case .multiply: inexact = mpfr_mul(y, p, q, MPFR_RNDN)
    case .divide: inexact = mpfr_div(y, p, q, MPFR_RNDN)
    case .power: inexact = mpfr_pow(y, p, q, MPFR_RNDN)
    case .minimum, .maximum:
      if a.isNaN || b.isNaN {
        mpfr_set_nan(y)
      } else if op == .minimum {
        mpfr_min(y, p, q, MPFR_RNDN)
      } else {
        mpfr_max(y, p, q, MPFR_RNDN)
      }
      r.error = max(a.error, b.error)
      return
    }
    let own: Double = inexact == 0 ? 0 : 1
    switch op {
    case .add, .subtract:
      if r.isZero {
        r.error = a.error == 0 && b.error == 0 ? 0 : .infinity
        return
      }
      settle(
        &r,
        error: own + propagated(a, condition: powerOfTwo(a.exponent - r.exponent + 1))
          + propagated(b, condition: powerOfTwo(b.exponent - r.exponent + 1)))
    case .power:
      let logarithm = Double(min(a.exponent.magnitude, 1 << 30)) + 1
      settle(
        &r,
        error: own + propagated(a, condition: b.size)
          + propagated(b, condition: b.size * logarithm))
    default: settle(&r, error: own + propagated(a, condition: 1) + propagated(b, condition: 1))
    }
  }

  /// True or false by IEEE 754; notes if the operands are too close to be sure.
  func compare(_ op: Comparison, _ a: RealCell, _ b: RealCell) -> Bool {
    let (p, q) = (a.value, b.value)
    if a.error > 0 || b.error > 0 {
      mpfr_sub(spare.value, p, q, MPFR_RNDN)
      let doubt = a.error * a.size + b.error * b.size
      if !spare.isNaN, spare.isZero || !(doubt * powerOfTwo(1 - precision) < spare.size) {
        isUndecided = true
      }
    }
    switch op {
    case .less: return mpfr_less_p(p, q) != 0
    case .lessOrEqual: return mpfr_lessequal_p(p, q) != 0
    case .greater: return mpfr_greater_p(p, q) != 0
    case .greaterOrEqual: return mpfr_greaterequal_p(p, q) != 0
    case .equal: return mpfr_equal_p(p, q) != 0
    case .notEqual: return mpfr_equal_p(p, q) == 0
    }
  }

  private func sign(_ a: RealCell, _ r: inout RealCell) {
    if a.sign == 0 {  // keeps NaN, and the sign of zero
      mpfr_set(r.value, a.value, MPFR_RNDN)
    } else {
      mpfr_set_si(r.value, a.sign, MPFR_RNDN)
    }
    r.error = 0
    if a.error > 0, !(a.error < powerOfTwo(precision - 1)) { isUndecided = true }
  }

  private func floor(_ a: RealCell, _ r: inout RealCell) {
    mpfr_floor(r.value, a.value)
    r.error = 0
    guard a.error > 0, a.isRegular else { return }
    mpfr_frac(spare.value, a.value, MPFR_RNDN)
    let fraction = mpfr_get_d(spare.value, MPFR_RNDN).magnitude
    let doubt = a.error * a.size * powerOfTwo(-precision)
    if !(fraction > doubt && 1 - fraction > doubt) { isUndecided = true }
  }

  /// Sets the bound.
  ///
  /// What underflowed (below 2^-2^30) or overflowed is as good as exact, unless it was made of something
  /// of which no digit is sure.
  private func settle(_ r: inout RealCell, error: Double) {
    r.error = r.isRegular || error.isInfinite ? error : 0
  }

  /// What remains of an operand's error.
  private func propagated(_ a: RealCell, condition: Double) -> Double {
    a.error == 0 ? 0 : a.error * max(condition, 0x1p-900)
  }
}
