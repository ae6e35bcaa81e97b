import CSystem

/// A number of a formula: a double and, where it is small, the exact fraction behind it.
///
/// The fraction is in lowest terms with both parts at most 2^53 in size, so that `value` is always the
/// double nearest to it (one correctly rounded division). That is how `1/3` means one third and
/// `0.1 + 0.2` means three tenths.
public struct Constant: Hashable, Sendable {
  /// The double nearest to the number, always finite.
  public let value: Double
  /// Numerator of the exact fraction; meaningless when `denominator` is 0.
  public let numerator: Int64
  /// Denominator of the exact fraction, or 0 where only the double is known.
  public let denominator: Int64
  /// What the double lost, where that is known: `value + rest` has about twice the digits.
  ///
  /// Evaluation in double has no use for it. A reference in higher precision has: at x = -17.5, half a
  /// unit in the last place of `sqrt(2)` moves `erfc(-x / sqrt(2))` by 150.
  public let rest: Double

  /// A number known as a double, and perhaps what that double lost.
  public init(rounded value: Double, rest: Double = 0) {
    self.value = value
    self.rest = rest.isFinite ? rest : 0
    numerator = 0
    denominator = 0
  }

  /// Equal numbers, -0 and 0 being two; `rest` does not count, because a printed number has none.
  public static func == (a: Constant, b: Constant) -> Bool {
    a.value.bitPattern == b.value.bitPattern && a.numerator == b.numerator
      && a.denominator == b.denominator
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(value.bitPattern)
    hasher.combine(numerator)
    hasher.combine(denominator)
  }

  /// An integer below 2^53 in size.
  public init(_ integer: Int) {
    value = Double(integer)
    numerator = Int64(integer)
    denominator = 1
    rest = 0
  }

  /// The exact fraction, or nil if a part needs more than 53 bits or the denominator is 0.
  public init?(_ numerator: Int64, over denominator: Int64) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    let divisor = gcd(numerator.magnitude, denominator.magnitude)
    let sign: Int64 = denominator < 0 ? -1 : 1
    let n = sign * (numerator / Int64(divisor))
    let d = sign * (denominator / Int64(divisor))
    let largest: Int64 = 1 << 53
    guard n.magnitude <= largest, d <= largest else { return nil }
    self.numerator = n
    self.denominator = d
    value = Double(n) / Double(d)
    rest = Double(n).addingProduct(-value, Double(d)) / Double(d)
  }

  /// True where the exact fraction is known.
  public var isExact: Bool { denominator != 0 }

  /// Zero.
  public static let zero = Constant(0)
  /// One.
  public static let one = Constant(1)
}

extension Constant {
  /// The number with the other sign; zero becomes the double -0, which has no fraction.
  var negated: Constant {
    guard isExact, numerator != 0 else { return Constant(rounded: -value, rest: -rest) }
    return Constant(-numerator, over: denominator) ?? Constant(rounded: -value, rest: -rest)
  }

  /// The result of an operation as evaluating rounds it, with what that lost.
  static func rounded(_ op: BinaryOperator, _ a: Constant, _ b: Constant) -> Constant {
    let value = op(a.value, b.value)
    var rest = 0.0
    switch op {
    case .add, .subtract:
      let (c, cRest) = op == .add ? (b.value, b.rest) : (-b.value, -b.rest)
      let part = value - a.value
      rest = (a.value - (value - part)) + (c - part) + a.rest + cRest
    case .multiply:
      rest = (-value).addingProduct(a.value, b.value) + a.value * b.rest + b.value * a.rest
    case .divide:
      rest = (a.value.addingProduct(-value, b.value) + a.rest - value * b.rest) / b.value
    default: break
    }
    return Constant(rounded: value, rest: rest)
  }

  /// The square root as evaluating rounds it, with what that lost.
  var squareRoot: Constant {
    let root = value.squareRoot()
    return Constant(rounded: root, rest: (value.addingProduct(-root, root) + rest) / (2 * root))
  }

  /// The exact result of `+ - * /`, a small integer power, min or max; nil where it is not exact.
  static func exact(_ op: BinaryOperator, _ a: Constant, _ b: Constant) -> Constant? {
    guard a.isExact, b.isExact else { return nil }
    switch op {
    case .add, .subtract:
      let (left, overflow1) = a.numerator.multipliedReportingOverflow(by: b.denominator)
      let (right, overflow2) = b.numerator.multipliedReportingOverflow(by: a.denominator)
      let (below, overflow3) = a.denominator.multipliedReportingOverflow(by: b.denominator)
      let (above, overflow4) =
        op == .add
        ? left.addingReportingOverflow(right) : left.subtractingReportingOverflow(right)
      if overflow1 || overflow2 || overflow3 || overflow4 { return nil }
      return Constant(above, over: below)
    case .multiply: return product(a.numerator, b.numerator, over: a.denominator, b.denominator)
    case .divide:
      // A zero over a negative number is -0, which a fraction cannot say.
      if a.numerator == 0 && b.numerator < 0 { return nil }
      return product(a.numerator, b.denominator, over: a.denominator, b.numerator)
    case .power:
      guard b.denominator == 1, b.numerator.magnitude <= 16 else { return nil }
      var result: Constant? = .one
      for _ in 0..<b.numerator.magnitude {
        if let r = result { result = exact(.multiply, r, a) }
      }
      guard let r = result, b.numerator < 0 else { return result }
      return exact(.divide, .one, r)
    case .minimum: return a.value <= b.value ? a : b
    case .maximum: return a.value >= b.value ? a : b
    }
  }

  private static func product(_ a: Int64, _ b: Int64, over c: Int64, _ d: Int64) -> Constant? {
    let (above, overflow1) = a.multipliedReportingOverflow(by: b)
    let (below, overflow2) = c.multipliedReportingOverflow(by: d)
    // 0 times a negative number is -0 in the evaluator; leave it to the double.
    if overflow1 || overflow2 || (above == 0 && (a < 0 || b < 0)) { return nil }
    return Constant(above, over: below)
  }
}

extension Constant {
  /// Reads digits, an optional fraction and an optional exponent; nil if it overflows or vanishes.
  ///
  /// `text` must match the number grammar of docs/formula.md; `strtod` is asked only where the exact
  /// fraction is not small, and in the "C" locale, because a comma may be the caller's decimal point.
  init?(decimal text: ArraySlice<UInt8>) {
    var digits: Int64 = 0
    var exponent = 0
    var isSmall = true
    var isZero = true
    var index = text.startIndex
    var afterPoint = false
    while index < text.endIndex {
      let byte = text[index]
      if byte == UInt8(ascii: ".") {
        afterPoint = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        let digit = Int64(byte - UInt8(ascii: "0"))
        if digit != 0 { isZero = false }
        let (next, overflow) = digits.multipliedReportingOverflow(by: 10)
        if overflow || next > Int64.max - 9 { isSmall = false } else { digits = next + digit }
        if afterPoint { exponent -= 1 }
      } else {
        break
      }
      index += 1
    }
    if index < text.endIndex {
      index += 1  // e
      var sign = 1
      if text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        sign = text[index] == UInt8(ascii: "-") ? -1 : 1
        index += 1
      }
      var written = 0
      while index < text.endIndex {
        written = min(written * 10 + Int(text[index] - UInt8(ascii: "0")), 100_000)
        index += 1
      }
      exponent += sign * written
    }
    if isZero {
      self = .zero
      return
    }
    if isSmall, exponent >= -18, exponent <= 18 {
      var power: Int64 = 1
      for _ in 0..<abs(exponent) { power *= 10 }
      if exponent <= 0 {
        if let fraction = Constant(digits, over: power) {
          self = fraction
          return
        }
      } else {
        let (whole, overflow) = digits.multipliedReportingOverflow(by: power)
        if !overflow, let integer = Constant(whole, over: 1) {
          self = integer
          return
        }
      }
    }
    guard let cLocale else { return nil }
    var terminated = [CChar](repeating: 0, count: text.count + 1)
    for (i, byte) in text.enumerated() { terminated[i] = CChar(bitPattern: byte) }
    let value = strtod_l(terminated, nil, cLocale)
    guard value.isFinite, value != 0 else { return nil }
    self.init(rounded: value)
  }
}

/// The "C" locale, made once and never freed; nil only without memory.
private nonisolated(unsafe) let cLocale = newlocale(1 << Int32(LC_NUMERIC), "C", nil)

private func gcd(_ a: UInt64, _ b: UInt64) -> UInt64 {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return max(a, 1)
}
