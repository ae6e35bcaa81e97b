/// Strides other than row-major.
enum LayoutChecks {
  static let check = Check(
    "layouts", .shape, rule: "P6",
    summary: """
      Rows apart, outer axes in another order or backwards, inputs shared along outer axes (stride 0), \
      strides without meaning on axes of one element; each operand laid out otherwise. The bits must be \
      those of dense operands.
      """,
    why: """
      NumPy's exp with AVX ignored strides and gave the numbers of other elements (numpy#13512). \
      Transposed, sliced and broadcast tensors reach a kernel as they are, without a copy.
      """,
    mend: """
      The place of an element is data + i0*stride[0] + i1*stride[1] + i2*stride[2] + i3*stride[3], in \
      elements, for each operand with its own strides. They may be negative or 0; on an axis of one \
      element they mean nothing.
      """,
    mutants: ["ignores-strides", "shares-strides"], run: run)

  /// A way to lay operands out.
  private struct Kind: Sendable {
    let label: String
    /// The layout of the operand with this number.
    let layout: @Sendable (_ extent: [Int], _ varies: [Bool], _ number: Int) -> Layout
    var shares: [Role] = []
    var sharedAxes: [Bool] = [true, true, true, true]
  }

  private static let orders = [
    [0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1], [2, 0, 1], [1, 2, 0],
  ]

  private static let kinds: [Kind] =
    [
      Kind(label: "rows apart") { extent, varies, number in
        .arranged(extent, varies: varies, gap: 1 + number)
      },
      Kind(label: "outer axes in another order") { extent, varies, number in
        .arranged(extent, varies: varies, order: orders[(number + 1) % 6])
      },
      Kind(label: "outer axes backwards") { extent, varies, number in
        .arranged(extent, varies: varies, backwards: [number % 3])
      },
      Kind(label: "everything at once") { extent, varies, number in
        .arranged(
          extent, varies: varies, order: orders[(number * 5 + 2) % 6], gap: number % 4,
          backwards: [number % 3, (number + 1) % 3], idle: 1_234_567 - 7_654_321 * (number % 2))
      },
      Kind(label: "strides without meaning on axes of one element") { extent, varies, number in
        var layout = Layout.arranged(extent, varies: varies, idle: number % 2 == 0 ? 1 << 40 : -977)
        if extent[3] == 1 { layout.strides[3] = 0 }
        return layout
      },
    ]
    + [[false, true, true], [true, false, true], [true, true, false], [false, false, false]].map {
      axes in
      let shared = axes + [true]
      return Kind(
        label: "inputs shared along axes \(axes.indices.filter { !axes[$0] })",
        layout: { extent, varies, number in
          .arranged(extent, varies: zip(varies, shared).map { $0 && $1 }, gap: number % 3)
        }, shares: [.x, .g, .noise, .dy], sharedAxes: shared)
    }

  private static let extents = [
    [1, 1, 3, 2], [1, 2, 1, 5], [2, 3, 4, 5], [3, 2, 5, 17], [1, 3, 1, 33], [4, 1, 3, 1],
    [1, 1, 1, 9], [2, 2, 3, 70],
  ]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(extents.count * kinds.count) {
      let (extent, kind) = (extents[trial / kinds.count], kinds[trial % kinds.count])
      var random = test.random(trial)
      var inputs = BoxInputs.random(kernel, extent, setting, .normal, &random)
      for role in kind.shares { inputs.share(role, varies: kind.sharedAxes) }
      let reference = Reference(inputs, kernel, test.board)
      // One shared operand at a time as well: kernels have loops for each.
      let sharings: [[Role]] = kind.shares.isEmpty ? [[]] : [kind.shares] + kind.shares.map { [$0] }
      for pass in kernel.passes {
        for sharing in sharings {
          var call = BoxCall(inputs, pass)
          call.y = reference.y
          call.layout = { role, dense in
            if role.isParameter { return dense }
            let everywhere = [true, true, true, true]
            if kind.shares.isEmpty { return kind.layout(extent, everywhere, role.number) }
            return sharing.contains(role) ? kind.layout(extent, everywhere, role.number) : dense
          }
          call.remark = kind.label
          let result = call.run(kernel, test.board)
          guard test.expectServed(result, call, trial) else { continue }
          test.expectMatches(result, reference, call, trial)
          for disturbance in result.disturbances {
            test.fail(
              "\(call.text): \(disturbance.text).", test.witness(call, trial, disturbance.role))
          }
        }
      }
      if test.isDecided { return }
    }
  }
}

extension Role {
  /// Another number for each role, so that no two operands are laid out alike.
  var number: Int {
    switch self {
    case .x: 0
    case .g: 1
    case .noise: 2
    case .y: 3
    case .dy: 4
    case .dx: 5
    case .dg: 6
    case .parameter(let i): 7 + 2 * i
    case .dparameter(let i): 8 + 2 * i
    }
  }
}
