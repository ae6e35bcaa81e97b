import CSystem

/// A number known to more than 100 bits, with an exponent that does not overflow: what a result should
/// be.
///
/// `(head + tail) * 2^exponent`, with head in [1, 2) or (-2, -1], and tail at most half a unit in head's
/// last place; head is 0 or infinite for zero and what is beyond every format.
public struct ExactValue: Sendable {
  /// The leading 53 bits, with the sign.
  public let head: Double
  /// What `head` lost.
  public let tail: Double
  /// The power of two.
  public let exponent: Int

  init(head: Double, tail: Double, exponent: Int) {
    self.head = head
    self.tail = tail
    self.exponent = exponent
  }

  /// A double, exactly; must not be NaN.
  public init(_ value: Double) {
    tail = 0
    if value == 0 || value.isInfinite {
      head = value
      exponent = 0
    } else {
      exponent = Int(value.exponent)
      head = value.sign == .minus ? -value.significand : value.significand
    }
  }

  /// True for zero.
  public var isZero: Bool { head == 0 }
  /// True for a limit or a value beyond every exponent.
  public var isInfinite: Bool { head.isInfinite }
  /// True below zero, and for -0.
  public var isNegative: Bool { head.sign == .minus }

  /// The nearest double or so: for messages and estimates.
  public var double: Double { scalbn(head, Int32(clamping: exponent)) }

  /// The product with a double, good to 100 bits; nil for 0 * infinity.
  public func scaled(by factor: Double) -> ExactValue? {
    if factor.isNaN || (isInfinite && factor == 0) || (isZero && factor.isInfinite) { return nil }
    if isZero || isInfinite || factor == 0 || factor.isInfinite {
      return ExactValue(head * factor)
    }
    let other = ExactValue(factor)
    let product = head * other.head
    let lost = (-product).addingProduct(head, other.head) + tail * other.head
    let sum = product + lost
    let carry = Int(sum.exponent)
    let shift = Double(sign: .plus, exponent: -carry, significand: 1)
    return ExactValue(
      head: sum * shift, tail: ((product - sum) + lost) * shift,
      exponent: exponent + other.exponent + carry)
  }

  // MARK: in a format

  /// The exponent of the spacing of the format's numbers at this value.
  func spacingExponent(in format: ElementType) -> Int {
    isZero
      ? format.leastExponent
      : format.spacingExponent(at: isInfinite ? format.largestExponent : exponent)
  }

  /// The spacing of the format's numbers here: what one ulp is.
  public func spacing(in format: ElementType) -> Double {
    Double(sign: .plus, exponent: spacingExponent(in: format), significand: 1)
  }

  /// The bits of the format's number nearest to this, ties to even, infinity beyond the largest.
  public func rounded(to format: ElementType) -> UInt64 {
    if isZero || isInfinite { return format.encode(head) }
    if exponent > format.largestExponent { return format.encode(head * .infinity) }
    let sign: UInt64 = isNegative ? 1 << UInt64(8 * format.size - 1) : 0
    let unit = spacingExponent(in: format)
    if exponent < unit - 1 { return sign }
    let (units, rest) = (scalbn(head.magnitude, Int32(exponent - unit)), tailUnits(unit))
    let below = units.rounded(.down)
    let beyondHalf = (units - below - 0.5) + rest
    let isUp =
      beyondHalf > 0
      || (beyondHalf == 0 && below.truncatingRemainder(dividingBy: 2) == 1)
    return sign | format.encode(units: UInt64(below) + (isUp ? 1 : 0), of: unit)
  }

  /// True if the nearest number of the format is infinite.
  public func overflows(_ format: ElementType) -> Bool {
    format.decode(rounded(to: format)).isInfinite
  }

  /// |got - this| in ulp, the spacing of the format's numbers at this value.
  ///
  /// Infinity against a value between the largest number and the next one counts from where rounding
  /// would overflow. Infinite if only one of the two is, or `got` is NaN.
  public func error(of got: Double, in format: ElementType) -> Double {
    if got.isNaN { return .infinity }
    if isInfinite { return got == head ? 0 : .infinity }
    let unit = spacingExponent(in: format)
    if got.isInfinite {
      if isZero || (got < 0) != isNegative { return .infinity }
      let limit = scalbn(1, Int32(format.largestExponent + 1 - unit)) - 0.5
      return max(0, limit - scalbn(head.magnitude, Int32(clamping: exponent - unit)))
    }
    if isZero { return scalbn(got.magnitude, Int32(-unit)) }
    // Near each other the first difference is exact, and far from each other it does not matter.
    let difference = scalbn(got, Int32(-unit)) - scalbn(head, Int32(clamping: exponent - unit))
    return (isNegative ? difference + tailUnits(unit) : difference - tailUnits(unit)).magnitude
  }

  /// The tail of the magnitude, in units of 2^unit.
  private func tailUnits(_ unit: Int) -> Double {
    scalbn(isNegative ? -tail : tail, Int32(clamping: exponent - unit))
  }
}
