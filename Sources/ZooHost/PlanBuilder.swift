import CActZoo

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// Turns the arguments of one call into a plan, checking everything on the way: what it lets through
/// can be executed without looking again.
struct PlanBuilder {
  let bound: BoundFacts
  // The caller's handle outlives the call; counting references cost a quarter of a small one.
  private let owner: Unmanaged<BoundActivation>
  let pass: Pass
  let arguments: actzoo_arguments
  let row: Row
  let x: CheckedTensor
  private var map = AxisMap()

  /// Axes and operands that the plan needs room for.
  let axes: Int
  var operandLimit: Int {
    let extras = (bound.isGated ? 2 : 0) + (bound.usesNoise ? 1 : 0)
    return pass == .forward
      ? 2 + extras + bound.parameterCount : 5 + extras + 3 * bound.parameterCount
  }
  var words: Int { Plan.words(axes: axes, operands: operandLimit) }

  /// For messages alone.
  private var descriptor: ActivationDescriptor { owner.takeUnretainedValue().activation.descriptor }

  /// Checks x and the axes that the granularities need.
  init(
    _ bound: BoundActivation, _ pass: Pass, _ arguments: actzoo_arguments, _ row: Row
  ) throws(ZooError) {
    self.bound = bound.facts
    owner = Unmanaged.passUnretained(bound)
    self.pass = pass
    self.arguments = arguments
    self.row = row
    guard arguments.flags & ~ACTZOO_SEEDED_NOISE == 0 else {
      throw .unsupported("flags \(arguments.flags) hold a bit that this library does not know")
    }
    guard let pointer = arguments.x.0 else { throw .invalid("x is missing (NULL)") }
    x = try CheckedTensor(pointer, "x")
    try PlanBuilder.checkType(x, "x", self.bound.dtype)
    let splits = try PlanBuilder.splits(self.bound, x, &map)
    axes = max(x.axes, 1) + splits
    try checkParameterLists()
  }

  private static func checkType(
    _ tensor: CheckedTensor, _ name: @autoclosure () -> String, _ dtype: actzoo_dtype
  ) throws(ZooError) {
    guard tensor.tensor.dtype == dtype else {
      throw .invalid(
        "\(name()) is \(dtypeName(tensor.tensor.dtype)); the activation is bound to \(dtypeName(dtype))"
      )
    }
  }

  /// Finds the channel axis, if some parameter needs it, and how many axes it must become.
  private static func splits(
    _ bound: BoundFacts, _ x: CheckedTensor, _ map: inout AxisMap
  ) throws(ZooError) -> Int {
    var groupings: (Int, Int) = (0, 0)
    for index in 0..<bound.parameterCount {
      let parameter = bound.parameters[index]
      guard parameter.kind == ACTZOO_PER_CHANNEL || parameter.kind == ACTZOO_PER_GROUP else {
        continue
      }
      let axis = bound.channelAxis < 0 ? bound.channelAxis + x.axes : bound.channelAxis
      guard axis >= 0, axis < x.axes else {
        throw .invalid(
          "x has \(x.axes) axes, so there is no channel axis \(bound.channelAxis); bind with another channel_axis"
        )
      }
      guard axis > 0 || !parameter.perSample else {
        throw .invalid(
          "axis 0 cannot be that of the samples and of the channels; bind channel_axis")
      }
      map.channel = axis
      guard parameter.kind == ACTZOO_PER_GROUP else { continue }
      guard x.extent(axis) % parameter.groups == 0 else {
        throw .invalid(
          "\(x.extent(axis)) channels do not divide into \(parameter.groups) groups; choose a divisor"
        )
      }
      if parameter.groups == groupings.0 || parameter.groups == groupings.1 { continue }
      if groupings.0 == 0 {
        groupings.0 = parameter.groups
      } else if groupings.1 == 0 {
        groupings.1 = parameter.groups
      } else {
        throw .unsupported("more than two different numbers of groups in one activation")
      }
    }
    map.splits = 1 + (groupings.0 > 0 ? 1 : 0) + (groupings.1 > 0 ? 1 : 0)
    return map.splits - 1
  }

  private func checkParameterLists() throws(ZooError) {
    let count = bound.parameterCount
    let given = arguments.parameters == nil ? 0 : Int(clamping: arguments.parameters_count)
    guard given == count else {
      let names = descriptor.parameters.map { $0.name }
      let list = names.isEmpty ? "none" : joined(names, ", ")
      throw .invalid(
        "\(given) parameters were given; \(descriptor.name) takes \(count): \(list)"
      )
    }
  }

  /// Fills the plan; false if there is nothing to compute (no elements).
  func fill(_ plan: inout Plan) throws(ZooError) -> Bool {
    layOutAxes(&plan)
    try addData(&plan)
    try addNoise(&plan)
    try addParameters(&plan)
    plan.dropUnitAxes()
    guard x.count > 0 else {
      zeroResults(plan)
      return false
    }
    try checkOverlaps(plan)
    chooseTiles(&plan)
    return true
  }

  /// The user's axes, the channel axis split.
  private func layOutAxes(_ plan: inout Plan) {
    plan.axes = axes
    for axis in 0..<axes { plan.extents[axis] = 1 }
    for axis in 0..<x.axes { plan.extents[map.first(axis)] = x.extent(axis) }
    guard map.splits > 1 else { return }
    var smaller = Int.max
    var larger = 0
    for index in 0..<bound.parameterCount where bound.parameters[index].kind == ACTZOO_PER_GROUP {
      smaller = min(smaller, bound.parameters[index].groups)
      larger = max(larger, bound.parameters[index].groups)
    }
    plan.extents[map.channel] = smaller
    if map.splits == 3 { plan.extents[map.channel + 1] = larger / smaller }
    plan.extents[map.channel + map.splits - 1] = x.extent(map.channel) / larger
  }

  // MARK: Operands

  private func addData(_ plan: inout Plan) throws(ZooError) {
    try addTensor(&plan, arguments.x.0, .x, isOutput: false)
    if bound.isGated {
      guard arguments.x.1 != nil else {
        throw .invalid("\(descriptor.name) is gated: x[1] is missing (NULL)")
      }
      try addTensor(&plan, arguments.x.1, .g, isOutput: false)
    }
    if pass != .backward {
      guard arguments.y != nil else { throw .invalid("y is missing (NULL)") }
      try addTensor(&plan, arguments.y, .y, isOutput: true)
    }
    guard pass != .forward else { return }
    try addTensor(&plan, arguments.dy, .dy, isOutput: false)
    try addTensor(&plan, arguments.dx.0, .dx, isOutput: true)
    if bound.isGated { try addTensor(&plan, arguments.dx.1, .dg, isOutput: true) }
    if pass == .backward && row.flags & ACTZOO_BACKWARD_NEEDS_Y != 0 {
      // Callers keep x alone; a kernel that wants y gets it computed, tile by tile.
      var operand = Operand(role: .y, dtype: row.dtype, size: elementSize(row.dtype))
      operand.filling = .none
      operand.tile = 0
      _ = plan.add(operand)
    }
  }

  private func addTensor(
    _ plan: inout Plan, _ pointer: UnsafePointer<actzoo_tensor>?, _ role: Role, isOutput: Bool
  ) throws(ZooError) {
    guard let pointer else { return }
    let tensor = role == .x ? x : try CheckedTensor(pointer, role.name)
    try PlanBuilder.checkType(tensor, role.name, role == .noise ? ACTZOO_F32 : bound.dtype)
    guard tensor.hasShape(of: x) else {
      throw .invalid("\(role.name) has shape \(tensor.shapeText), x has \(x.shapeText)")
    }
    var operand = Operand(role: role, dtype: tensor.tensor.dtype, size: tensor.size)
    operand.data = tensor.data
    operand.isOutput = isOutput
    let index = plan.add(operand)
    for axis in 0..<x.axes { map.set(plan, index, axis: axis, stride: tensor.stride(axis)) }
  }

  private func addNoise(_ plan: inout Plan) throws(ZooError) {
    guard bound.usesNoise else { return }
    if arguments.noise != nil {
      guard arguments.flags & ACTZOO_SEEDED_NOISE == 0 else {
        throw .invalid("noise is given and ACTZOO_SEEDED_NOISE is set; choose one of them")
      }
      return try addTensor(&plan, arguments.noise, .noise, isOutput: false)
    }
    var operand = Operand(role: .noise, dtype: ACTZOO_F32, size: 4)
    operand.filling = arguments.flags & ACTZOO_SEEDED_NOISE != 0 ? .stream : .constant
    // A constant keeps its bits where others keep their origin.
    if operand.filling == .constant { operand.origin = Int(bound.noiseEval.bitPattern) }
    operand.tile = 0
    let index = plan.add(operand)
    guard operand.filling == .stream else { return }
    // Its "strides" count elements in row-major order, whatever the layout of x.
    var running = 1
    for axis in stride(from: x.axes - 1, through: 0, by: -1) {
      map.set(plan, index, axis: axis, stride: running)
      running *= max(x.extent(axis), 1)
    }
  }

  private func addParameters(_ plan: inout Plan) throws(ZooError) {
    let wanted = bound.dtype == ACTZOO_F64 ? ACTZOO_F64 : ACTZOO_F32
    for index in 0..<bound.parameterCount {
      guard let pointer = arguments.parameters[index] else {
        throw .invalid("\(parameterName(index)) is missing (NULL)")
      }
      let tensor = try CheckedTensor(pointer, parameterName(index))
      try PlanBuilder.checkType(tensor, parameterName(index), wanted)
      try addParameter(&plan, tensor, .parameter, index)
    }
    guard pass != .forward, arguments.dparameters != nil else { return }
    for index in 0..<bound.parameterCount {
      guard let pointer = arguments.dparameters[index] else { continue }
      let tensor = try CheckedTensor(pointer, "d" + parameterName(index))
      guard tensor.tensor.dtype == ACTZOO_F32 || tensor.tensor.dtype == ACTZOO_F64 else {
        throw .invalid(
          "d\(parameterName(index)) is \(dtypeName(tensor.tensor.dtype)); give f32 or f64")
      }
      try addParameter(&plan, tensor, .result, index)
      guard !bound.parameters[index].isFixed else { continue }
      var sum = Operand(role: .sum, dtype: ACTZOO_F64, size: 8)
      sum.index = index
      sum.count = bound.parameters[index].count
      let at = plan.add(sum)
      ParameterShape(parameter: bound.parameters[index], x: x, map: map).mark(at, plan)
    }
  }

  /// "parameter 'eps'", for messages alone: names are not looked up in a call that succeeds.
  private func parameterName(_ index: Int) -> String {
    "parameter '\(descriptor.parameters[index].name)'"
  }

  private func addParameter(
    _ plan: inout Plan, _ tensor: CheckedTensor, _ role: Role, _ index: Int
  ) throws(ZooError) {
    var operand = Operand(role: role, dtype: tensor.tensor.dtype, size: tensor.size)
    operand.index = index
    operand.data = tensor.data
    operand.isOutput = role == .result
    operand.count = bound.parameters[index].count
    let at = plan.add(operand)
    let shape = ParameterShape(parameter: bound.parameters[index], x: x, map: map)
    guard shape.lay(tensor, at, plan) else {
      throw .invalid(
        shape.complaint(tensor, (role == .result ? "d" : "") + parameterName(index)))
    }
    guard role == .result else { return }
    for axis in 0..<tensor.axes where tensor.extent(axis) > 1 && tensor.stride(axis) == 0 {
      throw .invalid("d\(parameterName(index)) has stride 0 along axis \(axis) (rule C7)")
    }
  }

  /// The sum over no elements is 0.
  private func zeroResults(_ plan: Plan) {
    guard arguments.dparameters != nil else { return }
    for index in 0..<plan.operandCount where plan.operands[index].role == .result {
      writeResult(plan, result: index, sum: -1)
    }
  }

  // MARK: Overlaps and tiles

  private func checkOverlaps(_ plan: Plan) throws(ZooError) {
    for index in 0..<plan.operandCount where plan.operands[index].isOutput {
      if overlapsItself(plan, index) {
        throw .invalid(
          "\(name(plan, index)) has two elements in one place (rule C7); give it strides that do not"
        )
      }
      let mine = Footprint(plan, index)
      for other in 0..<plan.operandCount
      where other != index && plan.operands[other].data != nil
        && !(plan.operands[other].isOutput && other < index)
      {
        guard mine.meets(Footprint(plan, other)) else { continue }
        if isAllowedPair(plan, index, other) && isSame(plan, index, other) { continue }
        if overlap(plan, index, other) {
          throw .invalid(
            "\(name(plan, index)) overlaps \(name(plan, other)) (rule C7); give it memory of its own"
          )
        }
      }
    }
  }

  private func isAllowedPair(_ plan: Plan, _ output: Int, _ input: Int) -> Bool {
    switch (plan.operands[output].role, plan.operands[input].role) {
    case (.y, .x), (.dx, .dy): return true
    default: return false
    }
  }

  private func name(_ plan: Plan, _ index: Int) -> String {
    let operand = plan.operands[index]
    guard operand.role.rawValue >= Role.parameter.rawValue else { return operand.role.name }
    return (operand.role == .parameter ? "" : "d") + parameterName(operand.index)
  }

  /// Puts the axes in order and decides which operands the kernel may use where they are.
  private func chooseTiles(_ plan: inout Plan) {
    let xIndex = plan.index(of: .x)
    var lead = plan.index(of: pass == .backward ? .dx : .y)
    if lead < 0 { lead = plan.index(of: .dg) }
    if lead < 0 { lead = plan.index(of: .dy) }
    if lead < 0 { lead = xIndex }
    let y = plan.index(of: .y)
    let dx = plan.index(of: .dx)
    let dy = plan.index(of: .dy)
    let copiesY =
      pass != .backward && isSame(plan, y, xIndex) && row.flags & ACTZOO_INPLACE_FORWARD == 0
    let copiesDx =
      dx >= 0 && dy >= 0 && isSame(plan, dx, dy) && row.flags & ACTZOO_INPLACE_BACKWARD == 0
    plan.sortAxes(lead: lead, second: xIndex)
    plan.layOutSums()
    plan.mergeAxes()
    let last = plan.axes - 1
    for index in 0..<plan.operandCount {
      let operand = plan.operands[index]
      guard operand.filling == .memory, operand.role.rawValue < Role.parameter.rawValue else {
        continue
      }
      let needed = operand.role == .noise ? ACTZOO_F32 : row.dtype
      let isStraight = plan.extents[last] == 1 || plan.strides(index)[last] == 1
      if !isStraight || operand.dtype != needed || (copiesY && index == y)
        || (copiesDx && index == dx)
      {
        plan.operands[index].tile = 0
      }
    }
  }
}
