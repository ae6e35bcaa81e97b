/// What kind of numbers a call is given.
enum ValueMix: String, Codable, CaseIterable, Sendable {
  /// Halves from -4 to 4.
  case simple
  /// Normally distributed, as in networks.
  case normal
  /// Every magnitude that the type has.
  case wide
  /// Now and then a zero, an infinity, a NaN, a subnormal or an extreme.
  case special

  /// A number of the mix that the type has.
  func number(_ type: ElementType, _ random: inout Random) -> Double {
    switch self {
    case .simple: return Double(Int(random.next() % 17)) / 2 - 4
    case .normal: return type.rounded(2.5 * random.normal())
    case .wide:
      let exponents = type.leastExponent + type.significandBits...type.largestExponent
      let exponent = Int(random.next() % UInt64(exponents.count)) + exponents.lowerBound
      let value = type.rounded((1 + random.uniform()) * power(exponent))
      let bounded = value.isFinite ? value : power(exponent)
      return random.next() & 1 == 0 ? bounded : -bounded
    case .special:
      switch random.next() % 8 {
      case 0:
        let specials = ValueMix.specials(type)
        return specials[Int(random.next() % UInt64(specials.count))]
      case 1: return ValueMix.wide.number(type, &random)
      default: return ValueMix.normal.number(type, &random)
      }
    }
  }

  /// Numbers with code of their own in many kernels.
  static func specials(_ type: ElementType) -> [Double] {
    let least = power(type.leastExponent)
    let normal = power(type.leastExponent + type.significandBits)
    let largest = (2 - power(-type.significandBits)) * power(type.largestExponent)
    let one = [0, least, normal, normal - least, largest, .infinity, 1, 2.5]
    return one + one.map { -$0 } + [.nan]
  }
}

extension Random {
  /// From 0 up to `count`.
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }

  /// True once in `n`.
  mutating func once(in n: Int) -> Bool { below(n) == 0 }

  mutating func element<T>(of all: [T]) -> T { all[below(all.count)] }
}

extension BoxInputs {
  /// Numbers of a mix in a box, the parameters of a setting shared by all; dy included.
  static func random(
    _ kernel: Kernel, _ extent: [Int], _ setting: Setting, _ mix: ValueMix, _ random: inout Random
  ) -> BoxInputs {
    var inputs = BoxInputs.random(kernel, extent, setting, &random)
    let type = kernel.type
    for i in inputs.x.indices {
      inputs.x[i] = mix.number(type, &random)
      if inputs.g != nil { inputs.g![i] = mix.number(type, &random) }
      if inputs.dy != nil && mix == .special && random.once(in: 8) {
        inputs.dy![i] = mix.number(type, &random)
      }
      if inputs.noise != nil && random.once(in: 8) {
        inputs.noise![i] = random.element(of: [0, 0x1p-24, 1 - 0x1p-24])
      }
    }
    return inputs
  }
}

/// 2 to the power of `exponent`.
private func power(_ exponent: Int) -> Double {
  Double(sign: .plus, exponent: exponent, significand: 1)
}
