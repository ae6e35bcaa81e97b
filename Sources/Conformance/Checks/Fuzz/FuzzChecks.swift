import CActZoo

extension Checks {
  static let fuzz: [Check] = [FuzzCalls.check]
}

/// Random valid calls.
enum FuzzCalls {
  static let check = Check(
    "fuzz-calls", .fuzz, rule: "P6",
    summary: """
      Random valid calls: extents, strides, alignment, granularities, parameter values, special numbers, \
      wanted outputs, in place; the bits are those of the same elements in one dense row. What fails is \
      made as small as it can be.
      """,
    why: """
      Faults that two conditions must meet for (three channels, and a gradient that is shared along the \
      batch) are not in anybody's list of cases. `actzoo fuzz` runs this check for as long as you like.
      """,
    mend: """
      Call the kernel with the extents, strides and values of the witness, all of which are needed for the \
      failure: what they have in common with your kernel's special cases is where to look.
      """,
    mutants: ["odd-box"], run: run)

  /// Calls of a test.
  static func trials(_ tier: Tier) -> Int {
    [.quick: 100, .standard: 1000, .exhaustive: 20000][tier]!
  }

  private static func run(_ test: Test) throws {
    // Half of all seeds: a host without extensions, which a plugin must get along with.
    if test.test.seed % 2 == 1, !test.plugin.isText {
      _ = try test.plugin.entry()(HostRecord.make(minor: ACTZOO_MINOR, extension: nil))
    }
    let kernel = try test.kernel
    let settings = Setting.all(kernel.activation)
    let count = trials(test.tier)
    var refused = 0
    for trial in test.trials(count) {
      var random = test.random(trial)
      let size = min(1, 4 * Double(trial) / Double(count))
      let drawn = FuzzCase.random(kernel, settings.count, size: size, &random)
      switch judge(drawn, kernel, settings, test, trial) {
      case .right: break
      case .refused: refused += 1
      case .wrong(let finding):
        let smallest = shrink(drawn, finding, kernel, settings, test, trial)
        test.fail(smallest.message, smallest.witness)
        return
      }
      test.board.progress = Double(trial) / Double(count)
    }
    if refused > 0 { test.note("\(refused) of \(count) calls were answered with UNSUPPORTED.") }
  }

  private enum Judgement {
    case right, refused
    case wrong(Finding)
  }

  private static func judge(
    _ fuzzed: FuzzCase, _ kernel: Kernel, _ settings: [Setting], _ test: Test, _ trial: Int
  ) -> Judgement {
    // A test of its own collects the findings, so that only the smallest is reported.
    let trialTest = Test(test.check, test.test, test.plugin, test.board)
    let inputs = fuzzed.inputs(kernel, settings)
    var call = fuzzed.call(inputs, kernel, trial)
    let reference =
      inputs.count == 0 ? nil : Reference(inputs, kernel, test.board, remark: "trial \(trial)")
    if fuzzed.pass == .backward, let reference, !reference.y.isEmpty { call.y = reference.y }
    let result = call.run(kernel, test.board)
    if result.status == ACTZOO_UNSUPPORTED && inputs.count > 0 { return .refused }
    trialTest.expectOK(result, call, trial)
    if let reference { trialTest.expectMatches(result, reference, call, trial) }
    for disturbance in result.disturbances {
      trialTest.fail(
        "\(call.text): \(disturbance.text).", trialTest.witness(call, trial, disturbance.role))
    }
    if !result.isCallIntact {
      trialTest.fail("\(call.text): the call's struct was changed.")
    }
    return trialTest.result.findings.first.map { .wrong($0) } ?? .right
  }

  /// Takes away what is not needed for the failure, until nothing more can be taken.
  private static func shrink(
    _ fuzzed: FuzzCase, _ finding: Finding, _ kernel: Kernel, _ settings: [Setting], _ test: Test,
    _ trial: Int
  ) -> Finding {
    var (smallest, finding, attempts) = (fuzzed, finding, 0)
    var isSmaller = true
    while isSmaller && attempts < 600 {
      isSmaller = false
      for candidate in smallest.simpler where attempts < 600 {
        attempts += 1
        guard case .wrong(let other) = judge(candidate, kernel, settings, test, trial) else {
          continue
        }
        (smallest, finding, isSmaller) = (candidate, other, true)
        break
      }
    }
    return finding
  }
}
