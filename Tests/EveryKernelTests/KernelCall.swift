import CActZoo
import CSystem
import Testing
import ZooHost

/// The three ways to evaluate.
enum Pass: String, CaseIterable, Sendable { case forward, backward, fused }

/// The part that a tensor plays in a call.
enum Role: Hashable, Sendable { case x, g, noise, y, dy, dx, dg, parameter(Int), dparameter(Int) }

/// One parameter of a call: its values in row-major order of the shape that actzoo.h prescribes.
struct ParameterValues<T: Scalar> {
  var granularity: UInt32 = ACTZOO_PER_LAYER
  var groups = 0
  var isVector = false
  var length = 1
  var isFixed = false
  var values: [T]

  func shape(x: [Int], channelAxis: Int) -> [Int] {
    var shape: [Int] = []
    if granularity & ACTZOO_PER_SAMPLE != 0 { shape.append(x[0]) }
    switch granularity & ~ACTZOO_PER_SAMPLE {
    case ACTZOO_PER_CHANNEL: shape.append(x[channelAxis < 0 ? channelAxis + x.count : channelAxis])
    case ACTZOO_PER_GROUP: shape.append(groups)
    case ACTZOO_PER_ELEMENT: shape += x.dropFirst()
    default: break
    }
    // Any tensor of one element serves a scalar of the layer: none, one or two axes.
    if shape.isEmpty && !isVector { return Array(repeating: 1, count: x.count % 3) }
    return isVector ? shape + [length] : shape
  }
}

/// What goes into a call.
struct Inputs<T: Scalar> {
  var shape: [Int]
  var channelAxis = 1
  var x: [T]
  var g: [T]?
  var noise: [Float]?
  /// Nil: ones.
  var dy: [T]?
  var parameters: [ParameterValues<T>] = []

  func bind(_ activation: Activation) throws(ZooError) -> BoundActivation {
    try activation.bind(
      Binding(
        dtype: T.dtype, channelAxis: channelAxis,
        choices: parameters.map {
          Choice(
            granularity: $0.granularity, groups: $0.groups, count: $0.isVector ? $0.length : 0)
        }))
  }
}

/// What came out of a call; lists are empty where an output was not wanted.
struct Outputs<T: Scalar> {
  var y: [T] = []
  var dx: [T] = []
  var dg: [T] = []
  /// Row-major over the parameter's shape, in double.
  var dparameters: [[Double]] = []
  var faults = Faults()
}

/// One call with memory of its own for every operand, which is checked afterwards.
struct KernelCall<T: Scalar> {
  var inputs: Inputs<T>
  var pass: Pass
  /// Outputs that the caller wants, of those that the pass has.
  var wants: (Role) -> Bool = { _ in true }
  /// Strides of an operand of this shape; nil for row-major.
  var strides: (Role, [Int]) -> [Int]? = { _, _ in nil }
  /// y is x, and dx is dy where both are there.
  var inPlace = false
  /// The floating-point control word around the call; nil leaves it alone.
  var controlWord: UInt64?

  func run(_ bound: BoundActivation) -> Outputs<T> {
    let forward = pass != .backward
    let backward = pass != .forward
    func input<E: Scalar>(_ values: [E]?, _ role: Role, _ shape: [Int]) -> GuardedTensor<E>? {
      values.map { GuardedTensor($0, shape: shape, strides: strides(role, shape)) }
    }
    func output<E: Scalar>(_ isThere: Bool, _ role: Role, _ shape: [Int], as: E.Type)
      -> GuardedTensor<E>?
    {
      guard isThere && wants(role) else { return nil }
      return GuardedTensor(nil, shape: shape, strides: strides(role, shape))
    }
    let shape = inputs.shape
    let x = input(inputs.x, .x, shape)!
    let g = input(inputs.g, .g, shape)
    let noise = input(inputs.noise, .noise, shape)
    let dy = backward ? input(inputs.dy, .dy, shape) : nil
    let sharesX = inPlace && forward
    let sharesDY = inPlace && backward && dy != nil
    let y = sharesX ? x : output(forward, .y, shape, as: T.self)
    let dx = sharesDY ? dy : output(backward, .dx, shape, as: T.self)
    let dg = output(backward && g != nil, .dg, shape, as: T.self)
    let shapes = inputs.parameters.map { $0.shape(x: shape, channelAxis: inputs.channelAxis) }
    let parameters = inputs.parameters.indices.map {
      input(inputs.parameters[$0].values, .parameter($0), shapes[$0])!
    }
    let dparameters = inputs.parameters.indices.map {
      output(
        backward && !inputs.parameters[$0].isFixed, .dparameter($0), shapes[$0], as: Double.self)
    }

    var result = Outputs<T>()
    let parameterList = parameters.map { UnsafePointer<actzoo_tensor>?($0.tensor) }
    let dparameterList = dparameters.map { $0.map { UnsafePointer<actzoo_tensor>($0.tensor) } }
    parameterList.withUnsafeBufferPointer { parameterList in
      dparameterList.withUnsafeBufferPointer { dparameterList in
        var arguments = actzoo_arguments()
        arguments.size = UInt32(MemoryLayout<actzoo_arguments>.size)
        arguments.x = (UnsafePointer(x.tensor), g.map { UnsafePointer($0.tensor) })
        arguments.y = y.map { UnsafePointer($0.tensor) }
        arguments.dy = dy.map { UnsafePointer($0.tensor) }
        arguments.dx = (dx.map { UnsafePointer($0.tensor) }, dg.map { UnsafePointer($0.tensor) })
        arguments.noise = noise.map { UnsafePointer($0.tensor) }
        arguments.parameters = parameterList.baseAddress
        arguments.dparameters = backward ? dparameterList.baseAddress : nil
        arguments.parameters_count = UInt64(parameterList.count)
        let word = csystem_float_control()
        if let controlWord { csystem_set_float_control(controlWord) }
        var wordAfter = csystem_float_control()
        do throws(ZooError) {
          defer {
            wordAfter = csystem_float_control()
            csystem_set_float_control(word)
          }
          switch pass {
          case .forward: try bound.forward(&arguments)
          case .backward: try bound.backward(&arguments)
          case .fused: try bound.fused(&arguments)
          }
        } catch {
          result.faults.add("\(pass) was refused: \(error.message)")
        }
        if (wordAfter ^ (controlWord ?? word)) & csystem_float_mode_bits() != 0 {
          result.faults.add("\(pass) left the control word \(String(wordAfter, radix: 16))")
        }
      }
    }
    withExtendedLifetime((x, g, noise, dy, y, dx, dg, parameters)) {}
    if !result.faults.isEmpty { return result }

    func check<E: Scalar>(_ tensor: GuardedTensor<E>?, _ what: String, isOutput: Bool) {
      if let where_ = tensor?.disturbance(isOutput: isOutput) {
        result.faults.add("\(pass), \(what): \(where_)")
      }
      if isOutput, let element = tensor?.unwritten {
        result.faults.add("\(pass), \(what): element \(element) was not written")
      }
    }
    check(x, "x", isOutput: sharesX)
    check(g, "g", isOutput: false)
    check(noise, "noise", isOutput: false)
    check(dy, "dy", isOutput: sharesDY)
    check(y, "y", isOutput: true)
    check(dx, "dx", isOutput: true)
    check(dg, "dg", isOutput: true)
    for (i, parameter) in parameters.enumerated() {
      check(parameter, "parameter \(i)", isOutput: false)
      check(dparameters[i], "dparameter \(i)", isOutput: true)
    }
    result.y = y?.values ?? []
    result.dx = dx?.values ?? []
    result.dg = dg?.values ?? []
    result.dparameters = dparameters.map { $0?.values ?? [] }
    return result
  }

  /// Binds and runs; a refused binding is a fault like a refused call.
  func run(_ activation: Activation) -> Outputs<T> {
    do throws(ZooError) {
      return run(try inputs.bind(activation))
    } catch {
      var result = Outputs<T>()
      result.faults.add("bind was refused: \(error.message)")
      return result
    }
  }
}
