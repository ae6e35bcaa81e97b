import Formula

/// Inputs on which kernels go wrong.
enum Samples {
  /// About `count` normal numbers, both signs: every binade, where functions bend and saturate (2^-8 to
  /// 2^10), and around 0.
  static func normal(_ type: ElementType, _ count: Int, _ random: inout Random) -> [Double] {
    let lowest = type.leastExponent + type.significandBits
    var values = [1.0, -1, type.largest, -type.largest, 2, 0.5, -0.5, 3]
    func spread(_ n: Int, _ range: ClosedRange<Int>) {
      for i in 0..<n {
        // Stratified: every exponent gets its share.
        let exponent = range.lowerBound + i / 2 * range.count / max(1, (n + 1) / 2)
        let value = Double(
          sign: i % 2 == 0 ? .plus : .minus, exponent: min(exponent, range.upperBound),
          significand: 1 + random.uniform())
        values.append(value)
      }
    }
    spread(count / 4, lowest...type.largestExponent)
    spread(count / 4, -8...min(10, type.largestExponent))
    for i in 0..<max(0, count / 2 - 8) { values.append(random.normal() * (i % 4 == 0 ? 8 : 2)) }
    return values.map { value in
      let rounded = type.rounded(value)
      return rounded.isFinite ? rounded : value < 0 ? -type.largest : type.largest
    }
  }

  /// Zeros, infinities, NaNs, and the first and last numbers of every kind.
  static func special(_ type: ElementType) -> [Double] {
    let leastNormal = type.leastNormal
    var values = [0, 1, .infinity, type.largest, leastNormal, leastNormal - type.least, type.least]
    values += values.map { -$0 }
    values.append(.nan)
    values.append(-Double.nan)
    // A payload, in bits that every type keeps.
    values.append(Double(bitPattern: 0x7ff8_0000_0000_0000 | 0x2a << 45))
    return values
  }

  /// Every kink and jump with two numbers on each side, and coefficients likewise, where one may be.
  static func kinks(
    _ expressions: [Expression], _ setting: Setting, _ type: ElementType
  ) -> [Double] {
    var found: [Double] = [0]
    for expression in expressions {
      guard let evaluator = try? ExactEvaluator(expression), evaluator.hasSides else { continue }
      evaluator.coefficients = setting.values
      found += search(evaluator)
      for case .constant(let c) in expression.nodes { found += [c.value, -c.value] }
    }
    if found.count > 1 {
      for value in setting.values.joined().prefix(48) { found += [value, -value] }
    }
    var values: [Double] = [-0.0]
    for kink in Set(found).sorted(by: { $0.magnitude < $1.magnitude }) {
      let middle = type.rounded(kink)
      guard middle.isFinite else { continue }
      values.append(middle)
      for steps in 1...2 {
        values.append(type.next(middle, up: true, steps: steps))
        values.append(type.next(middle, up: false, steps: steps))
      }
    }
    return values.filter(\.isFinite)
  }

  /// The x in [-16, 16] where something changes sides; at most 64 of them.
  private static func search(_ evaluator: ExactEvaluator) -> [Double] {
    func sides(_ x: Double) -> [Int8] {
      _ = evaluator.evaluate(x: x, g: 0.5, u: 0.5)
      return evaluator.sides
    }
    var found: [Double] = []
    func bisect(_ a: Double, _ sidesA: [Int8], _ b: Double, _ sidesB: [Int8]) {
      if sidesA == sidesB || found.count > 64 { return }
      let middle = a + (b - a) / 2
      if middle <= a || middle >= b {
        found.append(b)
        return
      }
      let between = sides(middle)
      bisect(a, sidesA, middle, between)
      bisect(middle, between, b, sidesB)
    }
    var left = -16.03
    var before = sides(left)
    while left < 16 {
      let after = sides(left + 0.5)
      bisect(left, before, left + 0.5, after)
      left += 0.5
      before = after
    }
    return found
  }

  /// Subnormal inputs, and inputs at which a value or slope of the function is subnormal.
  static func subnormal(
    _ type: ElementType, _ formula: Program, gate: Double, _ setting: Setting,
    _ random: inout Random
  ) -> [Double] {
    let leastNormal = type.leastNormal
    var values = [type.least, leastNormal - type.least, leastNormal, leastNormal + type.least]
    for _ in 0..<60 { values.append(type.rounded(leastNormal * random.uniform())) }
    values += values.map { -$0 }
    var found = 0
    for i in 0..<4000 where found < 200 {
      // Evenly to where an exponential underflows, and every binade.
      let x: Double
      if i % 2 == 0 {
        x = type.rounded((random.uniform() - 0.5) * (type == .f64 ? 1600 : 240))
      } else {
        let exponent = type.leastExponent + Int(random.next() % 200)
        x = type.rounded(
          Double(sign: i % 4 == 1 ? .plus : .minus, exponent: exponent, significand: 1.3))
      }
      let results = formula.evaluate(x: x, g: gate, u: 0.5, coefficients: setting.values)
      guard results.contains(where: { $0 != 0 && $0.magnitude < leastNormal }) else { continue }
      values.append(x)
      found += 1
    }
    return values
  }
}
