import CActZoo

/// An element type of kernels.
///
/// Numbers are carried as doubles, which hold all four types exactly, and
/// results as raw bits, so that equal means equal.
public enum ElementType: String, Sendable, Codable, CaseIterable {
  case f16, bf16, f32, f64

  init?(_ dtype: actzoo_dtype) {
    switch dtype {
    case ACTZOO_F16: self = .f16
    case ACTZOO_BF16: self = .bf16
    case ACTZOO_F32: self = .f32
    case ACTZOO_F64: self = .f64
    default: return nil
    }
  }

  var dtype: actzoo_dtype {
    switch self {
    case .f16: ACTZOO_F16
    case .bf16: ACTZOO_BF16
    case .f32: ACTZOO_F32
    case .f64: ACTZOO_F64
    }
  }

  /// Bytes of an element.
  var size: Int {
    switch self {
    case .f16, .bf16: 2
    case .f32: 4
    case .f64: 8
    }
  }

  /// The type of the parameters of a call on elements of this type.
  var parameterType: ElementType { self == .f64 ? .f64 : .f32 }

  /// Explicit bits of the significand.
  var significandBits: Int {
    switch self {
    case .f16: 10
    case .bf16: 7
    case .f32: 23
    case .f64: 52
    }
  }

  /// Exponent of the least subnormal number.
  var leastExponent: Int {
    switch self {
    case .f16: -24
    case .bf16: -133
    case .f32: -149
    case .f64: -1074
    }
  }

  /// Exponent of the largest number.
  var largestExponent: Int {
    switch self {
    case .f16: 15
    case .bf16, .f32: 127
    case .f64: 1023
    }
  }

  /// The number that the bits stand for.
  func decode(_ bits: UInt64) -> Double {
    switch self {
    case .f16:
      let sign = bits & 0x8000 != 0 ? -1.0 : 1.0
      let exponent = Int(bits >> 10 & 0x1f)
      let fraction = Double(bits & 0x3ff)
      if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
      if exponent == 0 { return sign * fraction * 0x1p-24 }
      return sign * Double(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    case .bf16: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits << 16)))
    case .f32: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f64: return Double(bitPattern: bits)
    }
  }

  /// The bits of the nearest number of the type, ties to even.
  func encode(_ value: Double) -> UInt64 {
    switch self {
    case .f64: return value.bitPattern
    case .f32: return UInt64(Float(value).bitPattern)
    case .f16, .bf16:
      let width = self == .f16 ? 10 : 7
      let bias = self == .f16 ? 15 : 127
      let sign: UInt64 = value.sign == .minus ? 0x8000 : 0
      let top = UInt64(2 * bias + 1) << UInt64(width)
      if value.isNaN { return sign | top | 1 << UInt64(width - 1) }
      if value.isInfinite { return sign | top }
      if value == 0 { return sign }
      let exponent = max(Int(value.exponent), 1 - bias)
      // In units of the last place; rounding may carry into the exponent, which is as it should be.
      let units = Double(sign: .plus, exponent: width - exponent, significand: value.magnitude)
        .rounded(.toNearestOrEven)
      let bits = UInt64(units) + UInt64(exponent + bias - 1) << UInt64(width)
      return sign | min(bits, top)
    }
  }

  /// The number nearest to `value` that the type has.
  func rounded(_ value: Double) -> Double { decode(encode(value)) }

  /// Same bits; one NaN is as good as another, because hardware picks which operand's NaN goes on.
  func isSame(_ a: UInt64, _ b: UInt64) -> Bool {
    a == b || (decode(a).isNaN && decode(b).isNaN)
  }

  /// "-16.69 (0xc1858419)".
  func text(_ bits: UInt64) -> String {
    let digits = String(bits, radix: 16)
    let hex = String(repeating: "0", count: max(0, 2 * size - digits.count)) + digits
    let value = decode(bits)
    return (self == .f64 ? "\(value)" : "\(Float(value))") + " (0x\(hex))"
  }
}
