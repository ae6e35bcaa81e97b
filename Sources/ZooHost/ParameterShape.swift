import CActZoo

/// How the user's axes became the plan's: the channel axis is split so that each number of groups has
/// an axis of its own.
struct AxisMap {
  /// The user's channel axis, or -1 if no parameter needs one.
  var channel = -1
  /// Axes that it became.
  var splits = 1

  /// First of the plan's axes for a user's axis.
  @inline(__always)
  func first(_ axis: Int) -> Int { channel >= 0 && axis > channel ? axis + splits - 1 : axis }

  /// Writes the stride of a user's axis into a row of the plan.
  @inline(__always)
  func set(_ plan: Plan, _ operand: Int, axis: Int, stride: Int) {
    let row = plan.strides(operand)
    guard axis == channel && splits > 1 else {
      row[first(axis)] = stride
      return
    }
    var running = stride
    for part in Swift.stride(from: splits - 1, through: 0, by: -1) {
      row[axis + part] = running
      running *= plan.extents[axis + part]
    }
  }

  /// Writes the stride of groups: constant inside a group.
  func setGroups(_ plan: Plan, _ operand: Int, groups: Int, stride: Int) {
    let row = plan.strides(operand)
    var outer = 1
    var used = 0
    while outer < groups && used < splits {
      outer *= plan.extents[channel + used]
      used += 1
    }
    var running = stride
    for part in Swift.stride(from: used - 1, through: 0, by: -1) {
      row[channel + part] = running
      running *= plan.extents[channel + part]
    }
  }
}

/// Lays a parameter's tensor over the box: its axes are [N if per sample][C, groups, or the shape of x
/// without axis 0][count if a vector]; axes of one element may be left out or put in.
struct ParameterShape {
  let parameter: BoundParameter
  let x: CheckedTensor
  let map: AxisMap

  /// One axis of the expected shape.
  private enum Axis {
    case user(Int)
    case groups
    case coefficients
  }

  /// Calls `body` for every axis of the expected shape, in order.
  @inline(__always)
  private func forEachAxis(_ body: (Axis, Int) -> Void) {
    if parameter.perSample && x.axes > 0 { body(.user(0), x.extent(0)) }
    switch parameter.kind {
    case ACTZOO_PER_CHANNEL: body(.user(map.channel), x.extent(map.channel))
    case ACTZOO_PER_GROUP: body(.groups, parameter.groups)
    case ACTZOO_PER_ELEMENT: for axis in 1..<max(x.axes, 1) { body(.user(axis), x.extent(axis)) }
    default: break
    }
    if parameter.isVector { body(.coefficients, parameter.count) }
  }

  /// Writes strides and step of `tensor` into the plan; false if its shape is another one.
  func lay(_ tensor: CheckedTensor, _ operand: Int, _ plan: Plan) -> Bool {
    var at = 0
    var fits = true
    forEachAxis { axis, extent in
      guard extent != 1 else { return }
      while at < tensor.axes && tensor.extent(at) == 1 { at += 1 }
      guard at < tensor.axes, tensor.extent(at) == extent else {
        fits = false
        return
      }
      let stride = tensor.stride(at)
      at += 1
      switch axis {
      case .user(let user): map.set(plan, operand, axis: user, stride: stride)
      case .groups: map.setGroups(plan, operand, groups: extent, stride: stride)
      case .coefficients: plan.operands[operand].step = stride
      }
    }
    while at < tensor.axes && tensor.extent(at) == 1 { at += 1 }
    if parameter.isVector && parameter.count == 1 { plan.operands[operand].step = 1 }
    return fits && at == tensor.axes
  }

  /// Marks with 1 the axes along which the parameter varies.
  func mark(_ operand: Int, _ plan: Plan) {
    forEachAxis { axis, extent in
      guard extent != 1 else { return }
      switch axis {
      case .user(let user): map.set(plan, operand, axis: user, stride: 1)
      case .groups: map.setGroups(plan, operand, groups: extent, stride: 1)
      case .coefficients: break
      }
    }
  }

  /// What is wrong with the shape of `tensor`, and what it should be.
  func complaint(_ tensor: CheckedTensor, _ name: String) -> String {
    var parts: [String] = []
    var needed = 1
    forEachAxis { _, extent in
      parts.append("\(extent)")
      needed *= extent
    }
    let shape = "(" + joined(parts, ", ") + ")"
    if tensor.count != needed {
      return
        "\(name) has \(tensor.count) values; \(meaning) it needs \(needed), shape \(shape)"
    }
    return "\(name) has shape \(tensor.shapeText); \(meaning) it needs \(shape)"
  }

  private var meaning: String {
    var parts: [String] = []
    if parameter.perSample && x.axes > 0 { parts.append("per sample with \(x.extent(0)) samples") }
    switch parameter.kind {
    case ACTZOO_PER_CHANNEL: parts.append("per channel with \(x.extent(map.channel)) channels")
    case ACTZOO_PER_GROUP: parts.append("per group with \(parameter.groups) groups")
    case ACTZOO_PER_ELEMENT: parts.append("per element of \(x.shapeText)")
    default: if !parameter.perSample { parts.append("per layer") }
    }
    if parameter.isVector { parts.append("with \(parameter.count) coefficients") }
    return joined(parts, " ")
  }
}
