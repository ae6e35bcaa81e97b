import Formula

/// Inputs on which kernels go wrong: every binade, both signs, both sides of kinks, what is special.
enum Samples {
  /// `count` inputs, about; finite ones and then ±infinity and NaN.
  static func inputs<T: Scalar>(
    _ type: T.Type, count: Int, kinks: [Double], seed: Int
  ) -> [T] {
    var random = Random(seed)
    var values: [T] = [0, -0.0, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude]
    values += [.leastNormalMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude]
    values.append(-.greatestFiniteMagnitude)
    for kink in kinks {
      let x = T(kink)
      values += [x, x.nextUp, x.nextDown, x.nextUp.nextUp, x.nextDown.nextDown]
    }
    // Every exponent alike, so that tails and tiny inputs get their share.
    let lowest = Double(T.leastNonzeroMagnitude.exponent)
    let highest = Double(T.greatestFiniteMagnitude.exponent)
    for i in 0..<(count / 4) {
      let exponent = lowest + (highest - lowest) * random.uniform()
      let x = T(1 + random.uniform()) * power(of: 2, Int(exponent.rounded(.down)), as: T.self)
      values.append(i % 2 == 0 ? x : -x)
    }
    // Where functions bend, saturate and underflow: up to 2^10 in size.
    for i in 0..<(count / 4) {
      let exponent = -8 + 18 * random.uniform()
      let x = T(1 + random.uniform()) * power(of: 2, Int(exponent.rounded(.down)), as: T.self)
      values.append(i % 2 == 0 ? x : -x)
    }
    for i in 0..<(count / 2) { values.append(T(random.normal() * (i % 4 == 0 ? 8 : 2))) }
    return values + [.infinity, -.infinity, .nan]
  }

  private static func power<T: Scalar>(of base: T, _ exponent: Int, as: T.Type) -> T {
    T(sign: .plus, exponent: T.Exponent(exponent), significand: 1)
  }
}
