// Element types as sets of numbers: how far apart they lie, and which is nearest.
extension ElementType {
  /// Digits of a significand in bits, the leading one included.
  var precision: Int { significandBits + 1 }

  /// The largest finite number.
  var largest: Double { scaled(2 - scaled(1, 1 - precision), largestExponent) }

  /// The least positive number, a subnormal.
  var least: Double { scaled(1, leastExponent) }

  /// The least positive number with all its digits.
  var leastNormal: Double { scaled(1, leastExponent + significandBits) }

  /// The exponent of the spacing of numbers at a magnitude in [2^exponent, 2^(exponent + 1)).
  func spacingExponent(at exponent: Int) -> Int {
    max(min(exponent, largestExponent) - significandBits, leastExponent)
  }

  /// The spacing of numbers at `value`: the least one's at 0, the largest one's at infinity.
  func spacing(at value: Double) -> Double {
    if value == 0 { return least }
    return scaled(1, spacingExponent(at: value.isFinite ? Int(value.exponent) : largestExponent))
  }

  /// The next number in the direction of infinity or of -infinity; those beyond the largest are infinite.
  func next(_ value: Double, up: Bool, steps: Int = 1) -> Double {
    let sign: UInt64 = 1 << UInt64(8 * size - 1)
    var bits = encode(value)
    for _ in 0..<steps {
      let isNegative = bits & sign != 0
      if bits & ~sign == 0 {
        bits = up ? 1 : sign | 1
      } else if !decode(bits).isInfinite || isNegative == up {
        bits = isNegative == up ? bits - 1 : bits + 1
      }
    }
    return decode(bits)
  }

  /// The bits of `units * 2^unit`, where that is a number of the type or just beyond the largest.
  func encode(units: UInt64, of unit: Int) -> UInt64 {
    // Subnormal numbers and the first binade share the least spacing; each binade above has its own, and
    // a carry into the next one is right by itself.
    let bits = UInt64(unit - leastExponent) << UInt64(significandBits) + units
    return min(bits, UInt64(2 * largestExponent + 1) << UInt64(significandBits))
  }

  private func scaled(_ significand: Double, _ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: significand)
  }
}
