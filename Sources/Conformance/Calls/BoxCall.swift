import CActZoo
import CSystem
import Foundation

/// What came out of a call; lists are empty where an output was not wanted.
struct BoxOutputs {
  var status: actzoo_status = ACTZOO_OK
  /// What the kernel said to a refusal.
  var message = ""
  /// Bits in row-major order of the box.
  var y: [UInt64] = []
  var dx: [UInt64] = []
  var dg: [UInt64] = []
  /// For each parameter, row-major over its slots, coefficients innermost; empty where not wanted.
  var dparameters: [[Double]] = []
  /// Memory that was not the kernel's to change, and was changed.
  var disturbances: [Disturbance] = []
  /// Outputs with elements that were not written, and the first such element.
  var unwritten: [(role: Role, element: Int)] = []
  /// Outputs that a refused call has written to all the same, and the first such element.
  var written: [(role: Role, element: Int)] = []
  /// The call's own struct and its lists of views are as they were.
  var isCallIntact = true
  /// The floating-point control word before and after.
  var controlBefore: UInt64 = 0
  var controlAfter: UInt64 = 0

  var isOK: Bool { status == ACTZOO_OK }
}

/// A kernel with its arguments, as C has them; valid while `BoxCall.invoke` runs.
struct Invocation {
  let function: actzoo_kernel
  let itself: UnsafeRawPointer?
  let call: UnsafePointer<actzoo_call>

  func callAsFunction() -> actzoo_status { function(itself, call) }
}

/// One call of a kernel, with memory of its own for every operand, which is looked at afterwards.
struct BoxCall {
  var inputs: BoxInputs
  var pass: Pass
  /// Outputs that the caller wants, of those that the pass has.
  var wants: (Role) -> Bool = { _ in true }
  /// Strides of an operand other than row-major; for parameters given the axes it varies along.
  var layout: (Role, Layout) -> Layout = { $1 }
  var placement: (Role) -> Placement = { _ in .loose(offset: 0) }
  /// Inputs cannot be written: doing so kills.
  var protectsInputs = false
  /// Outputs that lie on inputs: y on x, dx on dy, where both are there.
  var inPlace: InPlace = []
  /// What dparam holds before the call.
  var dparameterStart = 0.0
  /// Replaces x or y of a backward call by `poison`, to see whether the kernel reads it.
  var poisons: Role?
  var poison = Double.nan
  /// y for backward rows that read it; computed by forward if nil.
  var y: [UInt64]?
  /// The floating-point control word around the call; nil leaves it alone.
  var controlWord: UInt64?
  /// Last changes to the struct before the kernel sees it, for calls that no caller should make.
  var edit: ((RawCall) -> Void)?
  /// What the call is more than its extents and strides, for messages.
  var remark = ""
  /// Makes the call, or makes it several times, or while others happen; nil: calls the kernel once.
  var invoke: ((Invocation) -> actzoo_status)?

  init(_ inputs: BoxInputs, _ pass: Pass) { (self.inputs, self.pass) = (inputs, pass) }

  /// Runs the kernel.
  ///
  /// A row without code for the pass answers UNSUPPORTED, as a host would take it.
  func run(_ kernel: Kernel, _ board: Board) -> BoxOutputs {
    guard let function = kernel.function(pass) else {
      var result = BoxOutputs()
      result.status = ACTZOO_UNSUPPORTED
      result.message = "the row has no \(pass.rawValue)"
      return result
    }
    let operands = Operands(self, kernel, board)
    return operands.call(function, kernel, board)
  }

  /// "forward, extent 1x1x1x7, x strides 7 7 7 1".
  var text: String {
    var text = "\(pass.rawValue), extent \(inputs.extent.map(String.init).joined(separator: "x"))"
    let dense = Layout.dense(inputs.extent)
    let x = layout(.x, dense)
    if x != dense { text += ", x strides \(x.strides)" }
    if !inPlace.isEmpty { text += ", in place" }
    if !remark.isEmpty { text += ", \(remark)" }
    return text
  }

  /// y is x; dx is dy where both are there.
  var isInPlace: Bool {
    get { inPlace == .all }
    set { inPlace = newValue ? .all : [] }
  }
}

/// Outputs that lie on inputs.
struct InPlace: OptionSet {
  let rawValue: Int
  /// y is x, in forward and fused.
  static let y = InPlace(rawValue: 1)
  /// dx is dy, in backward and fused.
  static let dx = InPlace(rawValue: 2)
  static let all: InPlace = [.y, .dx]
}

/// A call as the kernel gets it.
struct RawCall {
  let call: UnsafeMutablePointer<actzoo_call>
  let parameters: UnsafeMutableBufferPointer<actzoo_view>
  let dparameters: UnsafeMutableBufferPointer<actzoo_view>
}

/// The memory of one call.
private struct Operands {
  let box: BoxCall
  let x: Operand
  let g: Operand?
  let noise: Operand?
  let dy: Operand?
  /// Output of forward and fused, input of backward.
  let y: Operand?
  let dx: Operand?
  let dg: Operand?
  let parameters: [Operand]
  let dparameters: [Operand?]

  init(_ box: BoxCall, _ kernel: Kernel, _ board: Board) {
    self.box = box
    let inputs = box.inputs
    let type = kernel.type
    let extent = inputs.extent
    let isForward = box.pass != .backward
    let isBackward = box.pass != .forward

    func tensor(_ role: Role, _ type: ElementType, _ bits: [UInt64]?, isInput: Bool) -> Operand {
      let layout = box.layout(role, .dense(extent))
      return Operand(
        role, type, extent: extent, layout: layout,
        content: bits.map { layout.distinct($0, extent) },
        isInput: isInput, placement: box.placement(role), isProtected: box.protectsInputs)
    }
    func input(_ role: Role, _ type: ElementType, _ values: [Double]?) -> Operand? {
      values.map { tensor(role, type, $0.map(type.encode), isInput: true) }
    }
    func output(_ role: Role, _ isThere: Bool) -> Operand? {
      isThere && box.wants(role) ? tensor(role, type, nil, isInput: false) : nil
    }
    let sharesX = box.inPlace.contains(.y) && isForward
    let sharesDY = box.inPlace.contains(.dx) && isBackward && inputs.dy != nil
    let poison = inputs.x.map { _ in box.poison }
    x = tensor(
      .x, type, (box.poisons == .x ? poison : inputs.x).map(type.encode), isInput: !sharesX)
    g = input(.g, type, inputs.g)
    noise = input(.noise, .f32, inputs.noise)
    dy =
      isBackward
      ? inputs.dy.map { tensor(.dy, type, $0.map(type.encode), isInput: !sharesDY) } : nil
    if isForward {
      y = sharesX ? x : output(.y, true)
    } else if kernel.has(ACTZOO_BACKWARD_NEEDS_Y) || box.poisons == .y {
      let bits =
        box.poisons == .y
        ? poison.map(type.encode) : box.y ?? BoxCall(inputs, .forward).run(kernel, board).y
      y = tensor(.y, type, bits, isInput: true)
    } else {
      y = nil
    }
    dx = sharesDY ? dy : output(.dx, isBackward)
    dg = output(.dg, isBackward && inputs.g != nil)
    func parameterLayout(_ role: Role, _ parameter: ParameterInput, _ varies: [Bool]) -> Layout {
      box.layout(
        role,
        .dense(extent, varies: varies, length: parameter.isVector ? parameter.length : nil))
    }
    parameters = inputs.parameters.enumerated().map { i, parameter in
      Operand(
        .parameter(i), type.parameterType, extent: extent,
        layout: parameterLayout(.parameter(i), parameter, parameter.varies),
        length: parameter.length,
        content: parameter.values.map(type.parameterType.encode), isInput: true,
        placement: box.placement(.parameter(i)), isProtected: box.protectsInputs)
    }
    dparameters = inputs.parameters.enumerated().map { i, parameter in
      guard isBackward, !parameter.isFixed, box.wants(.dparameter(i)) else { return nil }
      let varies = parameter.sumsVary
      let count = ParameterInput.slots(extent, varies) * parameter.length
      return Operand(
        .dparameter(i), .f64, extent: extent,
        layout: parameterLayout(.dparameter(i), parameter, varies), length: parameter.length,
        content: Array(repeating: box.dparameterStart.bitPattern, count: count), isInput: false,
        placement: box.placement(.dparameter(i)))
    }
  }

  private var all: [Operand?] { [x, g, noise, dy, y, dx, dg] + parameters + dparameters }

  func call(_ function: actzoo_kernel, _ kernel: Kernel, _ board: Board) -> BoxOutputs {
    var result = BoxOutputs()
    board.pointer.pointee.operands_count = 0
    for operand in all { operand?.enter(board) }
    board.doing(box.text)

    let none = actzoo_view()
    var parameterViews = parameters.map(\.view)
    var dparameterViews = dparameters.map { $0?.view ?? none }
    let wantsParameters = dparameters.contains { $0 != nil }
    var message = [CChar](repeating: 0, count: 256)
    let e = box.inputs.extent.map(Int64.init)
    parameterViews.withUnsafeMutableBufferPointer { parameterViews in
      dparameterViews.withUnsafeMutableBufferPointer { dparameterViews in
        message.withUnsafeMutableBufferPointer { message in
          var call = actzoo_call()
          call.size = UInt32(MemoryLayout<actzoo_call>.size)
          call.dtype = kernel.type.dtype
          call.extent = (e[0], e[1], e[2], e[3])
          call.x = (x.view, g?.view ?? none)
          call.y = y?.view ?? none
          call.dy = dy?.view ?? none
          call.dx = (dx?.view ?? none, dg?.view ?? none)
          call.noise = noise?.view ?? none
          call.param = UnsafePointer(parameterViews.baseAddress)
          call.dparam = wantsParameters ? UnsafePointer(dparameterViews.baseAddress) : nil
          call.device_type = 1
          call.message = message.baseAddress
          call.message_size = UInt64(message.count)
          if let edit = box.edit {
            withUnsafeMutablePointer(to: &call) {
              edit(RawCall(call: $0, parameters: parameterViews, dparameters: dparameterViews))
            }
          }
          let before = Self.bytes(call, parameterViews, dparameterViews)
          let word = csystem_float_control()
          if let controlWord = box.controlWord { csystem_set_float_control(controlWord) }
          result.controlBefore = csystem_float_control()
          result.status = withUnsafeMutablePointer(to: &call) {
            let invocation = Invocation(
              function: function, itself: kernel.itself(box.inputs.parameters.map(\.length)),
              call: UnsafePointer($0))
            return box.invoke.map { $0(invocation) } ?? invocation()
          }
          result.controlAfter = csystem_float_control()
          csystem_set_float_control(word)
          result.isCallIntact = Self.bytes(call, parameterViews, dparameterViews) == before
        }
      }
    }
    message[message.count - 1] = 0
    result.message = message.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    collect(&result)
    board.pointer.pointee.operands_count = 0
    return result
  }

  private static func bytes(
    _ call: actzoo_call, _ views: UnsafeMutableBufferPointer<actzoo_view>,
    _ others: UnsafeMutableBufferPointer<actzoo_view>
  ) -> [UInt8] {
    withUnsafeBytes(of: call) { Array($0) } + Array(UnsafeRawBufferPointer(views))
      + Array(UnsafeRawBufferPointer(others))
  }

  private func collect(_ result: inout BoxOutputs) {
    result.disturbances = all.compactMap { $0?.disturbance }
    guard result.isOK else {
      result.written = all.compactMap { operand in
        operand.flatMap { operand in operand.written.map { (operand.role, $0) } }
      }
      return
    }
    let sharesX = y === x
    for operand in [box.pass == .backward || sharesX ? nil : y, dx === dy ? nil : dx, dg] {
      if let operand, let element = operand.unwritten {
        result.unwritten.append((operand.role, element))
      }
    }
    if box.pass != .backward { result.y = y?.values ?? [] }
    result.dx = dx?.values ?? []
    result.dg = dg?.values ?? []
    result.dparameters = dparameters.map { $0?.values.map { Double(bitPattern: $0) } ?? [] }
  }
}
