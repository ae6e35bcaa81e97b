import CActZoo
import Formula
import ZooHost

/// One activation with chosen parameter values, evaluated at points through the host like any caller.
struct Evaluator {
  let activation: Activation
  let type: actzoo_dtype
  /// The values of each parameter, in the order of the descriptor.
  var values: [[Double]]

  /// What one evaluation gives; all of it exact in the evaluator's type.
  struct Result {
    var y: [Double] = []
    var dx: [Double] = []
    /// Derivative by the second input; empty where the formula has none.
    var dg: [Double] = []
    /// Gradient of the sum of all y by each coefficient.
    var dparameters: [[Double]] = []
  }

  /// Initial values, then the preset's, then `assignments` ("eps=0.05", "theta=1,0.5").
  ///
  /// The length of an assigned vector decides the counts that it depends on, and so the lengths of
  /// others. `standIn` is taken for what the model would supply and nobody assigned.
  init(
    _ activation: Activation, type: actzoo_dtype, preset: String? = nil, assignments: [String] = [],
    standIn: Double? = nil
  ) throws(CommandFailure) {
    self.activation = activation
    self.type = type
    let d = activation.descriptor
    var assigned = [[Double]?](repeating: nil, count: d.parameters.count)
    for text in assignments {
      let (index, numbers) = try Self.assignment(text, d)
      assigned[index] = numbers
    }
    let lengths = zip(d.parameters, assigned).map { $0.isVector ? $1?.count : nil }
    guard let counts = d.counts(fromLengths: lengths) else {
      throw CommandFailure(
        "the parameters of \(d.name) have lengths that do not go together; "
          + "`actzoo info \(d.name)` shows which lengths it takes.")
    }
    let chosen = try preset.map { name throws(CommandFailure) in try Self.preset(name, d) }
    values = []
    for (index, parameter) in d.parameters.enumerated() {
      let length = parameter.length(counts: counts)
      if let numbers = assigned[index] ?? chosen?.values(for: index, length: length, counts: counts)
      {
        values.append(numbers)
      } else if parameter.isSupplied {
        guard let standIn else {
          throw CommandFailure(
            "'\(parameter.name)' of \(d.name) has no initial value, the model supplies it; "
              + "say --param \(parameter.name)=VALUE.")
        }
        values.append(Array(repeating: standIn, count: length))
      } else {
        values.append(parameter.initialValues(counts: counts))
      }
    }
  }

  private static func preset(_ name: String, _ d: ActivationDescriptor) throws(CommandFailure)
    -> Preset
  {
    if let preset = d.presets.first(where: { $0.name == name }) { return preset }
    let known = d.presets.map(\.name).joined(separator: ", ")
    throw CommandFailure(
      known.isEmpty
        ? "\(d.name) has no presets." : "\(d.name) has no preset '\(name)'; it has \(known).")
  }

  /// Reads "name=value" or "name=value,value,...".
  private static func assignment(_ text: String, _ d: ActivationDescriptor) throws(CommandFailure)
    -> (index: Int, numbers: [Double])
  {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw CommandFailure("'\(text)' is not NAME=VALUE; say for example --param eps=0.05.")
    }
    let names = d.parameters.map(\.name)
    guard let index = names.firstIndex(of: parts[0]) else {
      guard !names.isEmpty else { throw CommandFailure("\(d.name) has no parameters.") }
      let hint = nearest(parts[0], names).map { "did you mean '\($0)'?" }
      throw CommandFailure(
        "\(d.name) has no parameter '\(parts[0])'; "
          + (hint ?? "it has \(names.joined(separator: ", "))."))
    }
    let parameter = d.parameters[index]
    var numbers: [Double] = []
    for word in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      numbers.append(try number(String(word), "of --param \(parts[0])"))
    }
    guard parameter.isVector || numbers.count == 1 else {
      throw CommandFailure("'\(parts[0])' is one number, and \(numbers.count) were given.")
    }
    for value in numbers where value < parameter.lower || value > parameter.upper {
      throw CommandFailure(
        "\(brief(value)) is outside the bounds of '\(parts[0])', "
          + "\(brief(parameter.lower))...\(brief(parameter.upper)).")
    }
    return (index, numbers)
  }

  /// Evaluates f at points; `g` and `u` are repeated to the length of `x`.
  ///
  /// Without `wantsGradients` only y is computed.
  func evaluate(x: [Double], g: [Double] = [0], u: Double? = nil, wantsGradients: Bool = true)
    throws(CommandFailure) -> Result
  {
    do { return try run(x, g, u, wantsGradients) } catch { throw CommandFailure(error.message) }
  }

  /// One value of every parameter, shared by as many elements as its granularities allow.
  var binding: Binding {
    var binding = Binding()
    binding.dtype = type
    binding.choices = zip(activation.descriptor.parameters, values).map { parameter, values in
      Choice(
        granularity: parameter.plotGranularity, groups: 1,
        count: parameter.isVector ? values.count : 0)
    }
    return binding
  }

  /// The values as tensors for that binding.
  func parameterOperands() -> [Operand] {
    zip(activation.descriptor.parameters, values).map {
      Operand($1, $0.plotShape($1.count), type)
    }
  }

  private func run(_ x: [Double], _ g: [Double], _ u: Double?, _ wantsGradients: Bool)
    throws(ZooError) -> Result
  {
    let d = activation.descriptor
    let bound = try activation.bind(binding)
    // One sample, one channel: whatever the granularity, each parameter has one value to share.
    let shape = [1, 1, x.count]
    let inputs = d.isGated ? [x, x.indices.map { g[$0 % g.count] }] : [x]
    let xs = inputs.map { Operand($0, shape, type) }
    let parameters = parameterOperands()
    let noise = u.map { Operand([$0], shape, ACTZOO_F32) }
    let y = Operand(shape, type)
    var arguments = actzoo_arguments()
    arguments.size = UInt32(MemoryLayout<actzoo_arguments>.size)
    arguments.x = (UnsafePointer(xs[0].tensor), xs.count > 1 ? UnsafePointer(xs[1].tensor) : nil)
    arguments.noise = noise.map { UnsafePointer($0.tensor) }
    arguments.parameters_count = UInt64(parameters.count)
    let lists = PointerList(parameters)
    arguments.parameters = UnsafePointer(lists.pointer)
    arguments.y = UnsafePointer(y.tensor)
    try withExtendedLifetime((xs, parameters, noise, lists)) { () throws(ZooError) in
      try bound.forward(&arguments)
    }
    var result = Result(y: y.numbers)
    guard wantsGradients else { return result }
    let dxs = xs.map { _ in Operand(shape, type) }
    let dparameters = zip(d.parameters, values).map { Operand($0.plotShape($1.count), type) }
    let gradients = PointerList(dparameters)
    arguments.y = nil
    arguments.dx = (
      UnsafePointer(dxs[0].tensor), dxs.count > 1 ? UnsafePointer(dxs[1].tensor) : nil
    )
    arguments.dparameters = UnsafePointer(gradients.pointer)
    try withExtendedLifetime((xs, parameters, noise, lists, gradients)) { () throws(ZooError) in
      try bound.backward(&arguments)
    }
    result.dx = dxs[0].numbers
    if dxs.count > 1 { result.dg = dxs[1].numbers }
    result.dparameters = dparameters.map(\.numbers)
    return result
  }
}

extension Parameter {
  /// The parameter's own default, except that each element never has a value of its own here.
  fileprivate var plotGranularity: UInt32 {
    (granularities.first?.bits ?? ACTZOO_PER_LAYER) & ~ACTZOO_PER_ELEMENT
  }

  /// The tensor's shape over one sample and one channel.
  fileprivate func plotShape(_ count: Int) -> [Int] {
    let shared = plotGranularity.nonzeroBitCount
    return Array(repeating: 1, count: max(shared, isVector ? 0 : 1)) + (isVector ? [count] : [])
  }
}

/// Reads a number; the sentence says where it stood.
func number(_ text: String, _ place: String) throws(CommandFailure) -> Double {
  guard let value = Double(text) else {
    throw CommandFailure("'\(text)' \(place) is not a number.")
  }
  return value
}
