import CActZoo

/// A refusal must not depend on what differs between the shards of one call.
enum RefusalConsistent {
  static let check = Check(
    "refusal-consistent", .shape, rule: "P12",
    summary: """
      Calls that a kernel may refuse, and calls that it may not, at other addresses, with other data (NaN, \
      infinities, zeros) and in parts: the status must be the same.
      """,
    why: """
      The host cuts a call into shards and runs them on threads. If one shard is refused because of its \
      address or its numbers, half of the tensor has been computed by the kernel and half has not.
      """,
    mend: """
      Decide UNSUPPORTED and INVALID from extent, stride, step, count and NULLs alone. Handle unaligned \
      data and special values in the kernel instead of refusing them.
      """,
    mutants: ["refuses-address", "refuses-data"], run: run)

  private static let extents = [[1, 1, 1, 16], [1, 1, 3, 7], [2, 3, 2, 33], [1, 1, 1, 300]]
  /// Innermost strides: the ordinary one, and those that may be refused.
  private static let units = [1, 2, -1]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(extents.count * units.count) {
      let (extent, unit) = (extents[trial / units.count], units[trial % units.count])
      for pass in kernel.passes {
        var random = test.random(trial)
        let inputs = BoxInputs.random(kernel, extent, setting, .normal, &random)
        let call = strided(BoxCall(inputs, pass), unit)
        let first = call.run(kernel, test.board)
        func compare(_ other: BoxCall, _ what: String) {
          let status = other.run(kernel, test.board).status
          guard status != first.status else { return }
          test.fail(
            "\(other.text): \(what), the answer is \(name(status)); otherwise it is "
              + "\(name(first.status)).", test.witness(other, trial, nil))
        }
        for offset in test.tier == .quick ? [1, 2, 3, 7] : Array(1..<16) {
          var moved = call
          moved.placement = { _ in .loose(offset: offset) }
          compare(moved, "with operands \(offset) elements behind a multiple of 64 bytes")
          moved.placement = { $0 == .x ? .loose(offset: offset) : .loose(offset: 0) }
          compare(moved, "with x \(offset) elements behind a multiple of 64 bytes")
        }
        for value in [Double.nan, .infinity, -.infinity, 0] {
          compare(filled(call, value), "with \(value) everywhere")
        }
        for place in [0, inputs.count / 2, inputs.count - 1] {
          var other = call
          other.inputs.x[place] = .nan
          compare(other, "with NaN in x[\(place)]")
        }
        for part in parts(extent) {
          compare(strided(BoxCall(part.inputs(inputs), pass), unit), "for a part of \(extent)")
        }
      }
      if test.isDecided { return }
    }
  }

  private static func strided(_ call: BoxCall, _ unit: Int) -> BoxCall {
    var call = call
    let extent = call.inputs.extent
    if unit != 1 {
      call.remark = "innermost stride \(unit)"
      call.layout = { role, dense in
        role.isParameter ? dense : .arranged(extent, unit: abs(unit)).facing(unit)
      }
    }
    return call
  }

  private static func filled(_ call: BoxCall, _ value: Double) -> BoxCall {
    var call = call
    let all = call.inputs.x.map { _ in value }
    call.inputs.x = all
    if call.inputs.g != nil { call.inputs.g = all }
    if call.inputs.dy != nil { call.inputs.dy = all }
    return call
  }

  /// A part of a box: the elements whose coordinates along `axis` are in `range`.
  private struct Part {
    let extent: [Int]
    let axis: Int
    let range: Range<Int>

    /// Cut along the axis; parameters are shared by all.
    func inputs(_ all: BoxInputs) -> BoxInputs {
      let behind = extent[(axis + 1)...].reduce(1, *)
      let elements = (0..<all.count).filter { range.contains($0 / behind % extent[axis]) }
      var part = all.taking(elements)
      part.extent = extent
      part.extent[axis] = range.count
      return part
    }
  }

  /// Parts along outer axes, as the host cuts them, with rows as long as before.
  private static func parts(_ extent: [Int]) -> [Part] {
    (0..<3).flatMap { axis in
      extent[axis] < 2
        ? []
        : [
          Part(extent: extent, axis: axis, range: 0..<1),
          Part(extent: extent, axis: axis, range: 1..<extent[axis]),
        ]
    }
  }

  static func name(_ status: actzoo_status) -> String {
    switch status {
    case ACTZOO_OK: "OK"
    case ACTZOO_UNSUPPORTED: "UNSUPPORTED"
    case ACTZOO_INVALID: "INVALID"
    default: "\(status)"
    }
  }
}

extension Layout {
  /// With the innermost axis backwards where `unit` is negative.
  func facing(_ unit: Int) -> Layout {
    var layout = self
    if unit < 0 { layout.strides[3] = -abs(layout.strides[3]) }
    return layout
  }
}
