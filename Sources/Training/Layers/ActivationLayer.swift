import CActZoo
import Formula
import ZooHost

/// An activation of the zoo as a layer: its kernels are called through the zoo's C contract, and its
/// parameters are trained as the descriptor says (granularity, initial values, decay, bounds, constants).
///
/// A gated activation f(x, g) takes both inputs side by side on the last axis, x first, and so halves it.
/// Noise is drawn for each training step from the run's seed, the layer's name and the step.
public final class ActivationLayer: Layer {
  /// One for each parameter of the descriptor, in its order.
  public let parameters: [NetworkParameter]
  private let bound: BoundActivation
  private let isGated: Bool
  private let usesNoise: Bool
  private let noiseName: UInt64
  private let output = Tensor([0, 0])
  private let inputGradient = Tensor([0, 0])
  private var input: Tensor?
  // Contributions to gradients that must be added, not written.
  private let contributions: [Tensor]

  private let x = Operand()
  private let gate = Operand()
  private let y = Operand()
  private let dy = Operand()
  private let dx = Operand()
  private let gateGradient = Operand()
  private let values: [Operand]
  private let gradients: [Operand]
  private let valueList: UnsafeMutablePointer<UnsafePointer<actzoo_tensor>?>
  private let gradientList: UnsafeMutablePointer<UnsafePointer<actzoo_tensor>?>
  private var arguments = actzoo_arguments()

  /// A layer with initial parameters.
  ///
  /// - Parameters:
  ///   - activation: which of the zoo.
  ///   - options: what the descriptor leaves open.
  ///   - sampleShape: shape of the output without the batch's axis.
  ///   - channelAxis: which axis of the batch is the channels': 1 for (batch, features) and NCHW.
  ///   - name: tells the noise of different layers apart.
  /// - Throws: what the zoo says about loading and binding, or `TrainingError` about the options.
  public init(
    _ activation: Activation, options: ActivationOptions = .init(), sampleShape: [Int],
    channelAxis: Int = 1, name: String
  ) throws {
    let descriptor = activation.descriptor
    if let supplied = descriptor.parameters.first(where: \.isSupplied) {
      throw TrainingError(
        "\(descriptor.name) needs a layer that computes '\(supplied.name)' from its input; "
          + "it cannot stand alone in a network")
    }
    let granularities = try options.granularities(for: descriptor)
    let initial = try options.initialValues(for: descriptor)
    var binding = Binding()
    binding.channelAxis = channelAxis
    binding.choices = zip(granularities, initial).map { granularity, values in
      Choice(granularity: granularity.bits, groups: granularity.groups, count: values.count)
    }
    bound = try activation.bind(binding)
    parameters = try descriptor.parameters.indices.map { index in
      let parameter = descriptor.parameters[index]
      let shape = try ActivationLayer.shape(
        granularities[index], of: parameter.name, sampleShape: sampleShape, channelAxis: channelAxis
      )
      let value = Tensor(shape + (parameter.isVector ? [initial[index].count] : []))
      for element in 0..<value.count {
        value[element] = Float(initial[index][element % initial[index].count])
      }
      let isBounded = parameter.lower.isFinite || parameter.upper.isFinite
      return NetworkParameter(
        parameter.name, value, decays: !parameter.noDecay, isTrained: !parameter.isFixed,
        bounds: isBounded ? Float(parameter.lower)...Float(parameter.upper) : nil,
        activationParameter: parameter.name)
    }
    isGated = descriptor.isGated
    usesNoise = descriptor.usesNoise
    noiseName = fnv1a(name.utf8)
    contributions = parameters.map { Tensor($0.value.shape) }
    values = parameters.map { parameter in
      let operand = Operand()
      operand.set(parameter.value)
      return operand
    }
    gradients = parameters.map { _ in Operand() }
    valueList = .allocate(capacity: max(parameters.count, 1))
    gradientList = .allocate(capacity: max(parameters.count, 1))
    for index in parameters.indices {
      (valueList + index).initialize(to: values[index].tensor)
      (gradientList + index).initialize(to: nil)
    }
  }

  deinit {
    valueList.deallocate()
    gradientList.deallocate()
  }

  private static func shape(
    _ granularity: Granularity, of name: String, sampleShape: [Int], channelAxis: Int
  ) throws -> [Int] {
    let axis = channelAxis < 0 ? sampleShape.count + channelAxis : channelAxis - 1
    switch granularity.bits {
    case 0: return []
    case 1: return [sampleShape[axis]]
    case 2:
      guard sampleShape[axis] % granularity.groups == 0 else {
        throw TrainingError(
          "'\(name)' has \(granularity.groups) groups, which do not divide "
            + "\(sampleShape[axis]) channels")
      }
      return [granularity.groups]
    case 4: return sampleShape
    default:
      throw TrainingError(
        "'\(name)' varies per sample; such a parameter is computed, not trained")
    }
  }

  /// f(x), or f(x, g).
  public func forward(_ input: Tensor, _ pass: Pass) throws -> Tensor {
    self.input = input
    output.resize(like: input, rowLength: isGated ? input.rowLength / 2 : nil)
    prepare(input, pass)
    y.set(output)
    arguments.y = UnsafePointer(y.tensor)
    try bound.forward(&arguments)
    return output
  }

  /// dy f'(x), and the gradients of the parameters.
  public func backward(_ outputGradient: Tensor, wantsInputGradient: Bool) throws -> Tensor? {
    guard let input else { preconditionFailure("backward before forward") }
    inputGradient.resize(like: input)
    dy.set(outputGradient)
    let width = outputGradient.rowLength
    dx.set(inputGradient, columns: 0..<width)
    arguments.y = nil
    arguments.dy = UnsafePointer(dy.tensor)
    arguments.dx.0 = UnsafePointer(dx.tensor)
    if isGated {
      gateGradient.set(inputGradient, columns: width..<2 * width)
      arguments.dx.1 = UnsafePointer(gateGradient.tensor)
    }
    var added: [Int] = []
    for (index, parameter) in parameters.enumerated() where parameter.isTrained {
      let isAdded = parameter.beginContribution()
      if isAdded { added.append(index) }
      gradients[index].set(isAdded ? contributions[index] : parameter.gradient)
      gradientList[index] = UnsafePointer(gradients[index].tensor)
    }
    arguments.dparameters = UnsafePointer(gradientList)
    try bound.backward(&arguments)
    for index in added { parameters[index].addGradient(contributions[index]) }
    return inputGradient
  }

  private func prepare(_ input: Tensor, _ pass: Pass) {
    let width = isGated ? input.rowLength / 2 : input.rowLength
    arguments = actzoo_arguments()
    arguments.size = UInt32(MemoryLayout<actzoo_arguments>.size)
    x.set(input, columns: 0..<width)
    arguments.x.0 = UnsafePointer(x.tensor)
    if isGated {
      gate.set(input, columns: width..<2 * width)
      arguments.x.1 = UnsafePointer(gate.tensor)
    }
    arguments.parameters = UnsafePointer(valueList)
    arguments.parameters_count = UInt64(parameters.count)
    if usesNoise && pass.isTraining {
      arguments.flags = ACTZOO_SEEDED_NOISE
      arguments.noise_seed = pass.seed ^ noiseName
      // A step draws fewer than 2^36 numbers, so that no two steps meet.
      arguments.noise_offset = UInt64(pass.step) << 36
    }
  }
}
