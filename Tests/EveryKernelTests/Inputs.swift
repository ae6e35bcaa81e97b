import CActZoo
import Formula

extension Inputs {
  /// Normal inputs with the setting's parameters per layer; `dy` included.
  static func random(
    _ descriptor: ActivationDescriptor, shape: [Int], setting: Setting, seed: Int
  ) -> Inputs {
    let n = shape.reduce(1, *)
    var random = Random(seed)
    var inputs = Inputs(shape: shape, x: (0..<n).map { _ in T(2.5 * random.normal()) })
    if descriptor.isGated { inputs.g = (0..<n).map { _ in T(2 * random.normal()) } }
    if descriptor.usesNoise {
      inputs.noise = (0..<n).map { _ in Float(random.next() >> 40) * 0x1p-24 }
    }
    inputs.dy = (0..<n).map { _ in T(random.normal()) }
    inputs.parameters = setting.parameters(descriptor, as: T.self)
    return inputs
  }

  /// Some of the elements, as a tensor of one axis.
  ///
  /// Parameters stay as they are.
  func taking(_ elements: some Collection<Int>) -> Inputs {
    var part = self
    part.shape = [elements.count]
    part.channelAxis = 1
    part.x = elements.map { x[$0] }
    part.g = g.map { g in elements.map { g[$0] } }
    part.noise = noise.map { noise in elements.map { noise[$0] } }
    part.dy = dy.map { dy in elements.map { dy[$0] } }
    return part
  }

  /// The coefficients in one slot of a parameter.
  func coefficients(_ parameter: Int, _ slot: Int) -> [T] {
    let length = parameters[parameter].length
    return Array(parameters[parameter].values[slot * length..<(slot + 1) * length])
  }
}
