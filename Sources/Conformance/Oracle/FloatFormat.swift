import CActZoo

/// An element type of kernels, as numbers: every one of its values is a double.
public enum FloatFormat: String, Sendable, CaseIterable {
  /// IEEE binary16, bfloat16, binary32 and binary64.
  case f16, bf16, f32, f64

  /// The format of a dtype of the plugin contract; nil for a dtype that it does not know.
  public init?(dtype: actzoo_dtype) {
    guard let format = Self.allCases.first(where: { $0.dtype == dtype }) else { return nil }
    self = format
  }

  /// The dtype of the plugin contract.
  public var dtype: actzoo_dtype {
    switch self {
    case .f16: ACTZOO_F16
    case .bf16: ACTZOO_BF16
    case .f32: ACTZOO_F32
    case .f64: ACTZOO_F64
    }
  }

  /// Bits of one number.
  public var bitWidth: Int {
    switch self {
    case .f16, .bf16: 16
    case .f32: 32
    case .f64: 64
    }
  }

  /// Digits of a significand in bits, the leading one included.
  public var precision: Int {
    switch self {
    case .f16: 11
    case .bf16: 8
    case .f32: 24
    case .f64: 53
    }
  }

  /// The largest exponent: numbers are below 2^(this + 1).
  public var largestExponent: Int {
    switch self {
    case .f16: 15
    case .bf16, .f32: 127
    case .f64: 1023
    }
  }

  /// The exponent of the smallest subnormal number, which is the least spacing.
  public var leastExponent: Int { 2 - largestExponent - precision }

  /// The largest finite number.
  public var largest: Double {
    (2 - power(of: 1 - precision)) * power(of: largestExponent)
  }

  /// The least positive number, a subnormal.
  public var least: Double { power(of: leastExponent) }

  /// The exponent of the spacing of numbers at a magnitude in [2^exponent, 2^(exponent + 1)).
  public func spacingExponent(at exponent: Int) -> Int {
    max(min(exponent, largestExponent) - (precision - 1), leastExponent)
  }

  /// The spacing of numbers at `value`: the least one's at 0, the largest one's at infinity.
  public func spacing(at value: Double) -> Double {
    if value == 0 { return least }
    return power(of: spacingExponent(at: value.isFinite ? Int(value.exponent) : largestExponent))
  }

  /// The number with these bits; exact.
  public func decode(_ bits: UInt64) -> Double {
    switch self {
    case .f64: return Double(bitPattern: bits)
    case .f32: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .bf16: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16))
    case .f16:
      let sign: Double = bits & 0x8000 == 0 ? 1 : -1
      let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Double(bits & 0x3ff))
      switch exponent {
      case 0: return sign * fraction * 0x1p-24
      case 31: return fraction == 0 ? sign * .infinity : .nan
      default: return sign * (1024 + fraction) * power(of: exponent - 25)
      }
    }
  }

  /// The bits of the number nearest to `value`, ties to even; a quiet NaN for NaN.
  public func encode(_ value: Double) -> UInt64 {
    let sign: UInt64 = value.sign == .minus ? 1 << UInt64(bitWidth - 1) : 0
    let infinity = UInt64(2 * largestExponent + 1) << UInt64(precision - 1)
    if value.isNaN { return sign | infinity | 1 << UInt64(precision - 2) }
    if value == 0 { return sign }
    if value.isInfinite { return sign | infinity }
    let unit = spacingExponent(at: Int(value.exponent))
    // At most 2^53 units, a whole number after rounding; both steps of scaling are exact.
    let half = unit / 2
    let units = (value.magnitude * power(of: -half) * power(of: half - unit))
      .rounded(.toNearestOrEven)
    return sign | encode(units: UInt64(units), of: unit)
  }

  /// The bits of `units * 2^unit`, which must be a number of the format or just beyond the largest.
  func encode(units: UInt64, of unit: Int) -> UInt64 {
    // Subnormal numbers and the first binade share the least spacing; each binade above has its own, and
    // a carry into the next one is right by itself.
    let binade = UInt64(unit - leastExponent)
    let bits = binade << UInt64(precision - 1) + units
    return min(bits, UInt64(2 * largestExponent + 1) << UInt64(precision - 1))
  }

  private func power(of exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
