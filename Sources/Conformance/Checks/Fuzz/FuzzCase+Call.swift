import CActZoo

extension FuzzCase {
  /// The numbers of the call.
  func inputs(_ kernel: Kernel, _ settings: [Setting]) -> BoxInputs {
    let type = kernel.type
    var inputs = BoxInputs(extent: extent, x: [])
    let coordinates = Self.coordinates(extent)
    func values(_ role: Role, _ make: (inout Random) -> Double) -> [Double] {
      let varies = Self.factors(arrangements[role]?.shared ?? [], 0)
      return coordinates.map { coordinates in
        var random = stream(role, coordinates, varies)
        return make(&random)
      }
    }
    let mix = mix
    inputs.x = values(.x) { mix.number(type, &$0) }
    if kernel.activation.isGated { inputs.g = values(.g) { mix.number(type, &$0) } }
    if kernel.activation.usesNoise {
      inputs.noise = values(.noise) { Double($0.next() >> 40) * 0x1p-24 }
    }
    if hasDY {
      inputs.dy = values(.dy) { (mix == .wide ? ValueMix.normal : mix).number(type, &$0) }
    }
    inputs.parameters = settings[setting].parameters(kernel)
    for i in inputs.parameters.indices {
      let shared = inputs.parameters[i].values
      inputs.parameters[i].varies = Self.mask(varies[i])
      inputs.parameters[i].gradientVaries = sumsVary[i].map(Self.mask)
      let own = Self.factors(varies[i], 1)
      let places = Layout.firsts(inputs.parameters[i].varies, extent)
      inputs.parameters[i].values = places.flatMap { place in
        let coordinates = place < coordinates.count ? coordinates[place] : SIMD4()
        var random = stream(.parameter(i), coordinates, own)
        let factor = 1 + Double(random.below(8)) / 64
        return shared.map { varies[i].isEmpty ? $0 : $0 * factor }
      }
    }
    return inputs
  }

  /// The call, with the numbers of `inputs`.
  func call(_ inputs: BoxInputs, _ kernel: Kernel, _ trial: Int) -> BoxCall {
    var call = BoxCall(inputs, pass)
    let parameters = inputs.parameters
    call.layout = { role, dense in
      guard let arrangement = arrangements[role] else { return dense }
      switch role {
      case .parameter(let i):
        return arrangement.layout(
          extent, varies: parameters[i].varies,
          length: parameters[i].isVector ? parameters[i].length : nil)
      case .dparameter(let i):
        return arrangement.layout(
          extent, varies: parameters[i].sumsVary,
          length: parameters[i].isVector ? parameters[i].length : nil)
      default:
        return arrangement.layout(extent, varies: [true, true, true, true], length: nil)
      }
    }
    call.placement = { placements[$0] ?? .loose(offset: 0) }
    call.wants = { !absent.contains($0) }
    call.inPlace = inPlace
    call.protectsInputs = isProtected
    if !hasMessage {
      call.edit = { raw in
        raw.call.pointee.message = nil
        raw.call.pointee.message_size = 0
      }
    }
    call.remark = text(call, kernel, trial)
    return call
  }

  private static func mask(_ axes: [Int]) -> [Bool] { (0..<4).map { axes.contains($0) } }

  /// `value` at these axes, the other of 0 and 1 elsewhere.
  private static func factors(_ axes: [Int], _ value: Int) -> SIMD4<Int> {
    var factors = SIMD4<Int>(repeating: 1 - value)
    for axis in axes { factors[axis] = value }
    return factors
  }

  private static func coordinates(_ extent: [Int]) -> [SIMD4<Int>] {
    var all: [SIMD4<Int>] = []
    all.reserveCapacity(extent.reduce(1, *))
    for i0 in 0..<extent[0] {
      for i1 in 0..<extent[1] {
        for i2 in 0..<extent[2] {
          for i3 in 0..<extent[3] { all.append(SIMD4(i0, i1, i2, i3)) }
        }
      }
    }
    return all
  }

  /// Random numbers of one element of one operand.
  private func stream(_ role: Role, _ coordinates: SIMD4<Int>, _ varies: SIMD4<Int>) -> Random {
    var state = seed ^ UInt64(role.number + 1) &* 0xd6e8_feb8_6659_fd93
    for axis in 0..<4 {
      // The same along an axis that does not vary.
      state = (state ^ UInt64((coordinates[axis] + 1) * varies[axis])) &* 0xff51_afd7_ed55_8ccd
      state ^= state >> 32
    }
    return Random(state)
  }

  /// All that is out of the ordinary: "dy strides [0, 3, 1, 1], a along axis 1, without dx".
  private func text(_ call: BoxCall, _ kernel: Kernel, _ trial: Int) -> String {
    var parts: [String] = []
    func axes(_ axes: [Int]) -> String {
      axes.isEmpty
        ? "shared by all"
        : "along ax\(axes.count == 1 ? "is" : "es") \(axes.map(String.init).joined(separator: " "))"
    }
    for (i, parameter) in kernel.activation.parameters.enumerated() {
      if !varies[i].isEmpty { parts.append("\(parameter.name) \(axes(varies[i]))") }
      if let sums = sumsVary[i] { parts.append("sums of \(parameter.name) \(axes(sums))") }
    }
    for role in Self.roles(kernel) where role != .x && takesPart(role) {
      guard arrangements[role] != nil else { continue }
      let layout = call.layout(role, .dense(extent))
      parts.append(
        "\(role.name) strides \(layout.strides)"
          + (layout.step == 0 ? "" : " step \(layout.step)"))
    }
    for role in Self.roles(kernel) where takesPart(role) {
      switch placements[role] {
      case .loose(let offset) where offset > 0: parts.append("\(role.name) \(offset) elements off")
      case .endsAtGuard: parts.append("\(role.name) at the end of a page")
      case .startsAtGuard: parts.append("\(role.name) at the start of a page")
      default: break
      }
    }
    if pass != .forward {
      if !hasDY { parts.append("dy absent") }
      for role in Self.roles(kernel) where absent.contains(role) {
        parts.append("without \(role.text(kernel))")
      }
    }
    if setting > 0 { parts.append("setting \(setting)") }
    if mix != .simple && mix != .normal { parts.append("\(mix.rawValue) values") }
    if !hasMessage { parts.append("message NULL") }
    return (parts + ["trial \(trial)"]).joined(separator: ", ")
  }

  /// True if the pass has this operand.
  private func takesPart(_ role: Role) -> Bool {
    switch role {
    case .y: pass != .backward
    case .dy: pass != .forward && hasDY
    case .dx, .dg, .dparameter: pass != .forward && !absent.contains(role)
    default: true
    }
  }
}
