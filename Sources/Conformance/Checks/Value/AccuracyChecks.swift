import Formula

// The checks of claims on ordinary numbers: what is chosen is where and how many.
extension Checks {
  static func ulpForward(_ test: Test) throws { try sweep(test) { _, _ in [.y] } }

  static func ulpBackward(_ test: Test) throws {
    try sweep(test) { kernel, _ in Output.slopes(kernel) }
  }

  static func ulpParameters(_ test: Test) throws {
    let kernel = try test.kernel
    if kernel.activation.parameters.allSatisfy(\.isFixed) {
      return test.skip("it has no parameters that are trained.")
    }
    try sweep(test) { kernel, setting in Output.parameters(kernel, setting) }
  }

  /// Every setting on samples of every binade; the tiers differ in how many.
  private static func sweep(
    _ test: Test, _ outputs: (Kernel, Setting) -> [Output]
  ) throws {
    let run = try AccuracyRun(test)
    let kernel = run.kernel
    let settings = Setting.all(kernel.activation)
    if let obstacle = run.obstacle(outputs(kernel, settings[0])) { return test.skip(obstacle) }
    let base = test.tier == .quick ? 240 : kernel.type == .f64 ? 4000 : 20_000
    for trial in test.trials(settings.count) where trial < settings.count {
      let setting = settings[trial]
      var random = test.random(trial)
      let chosen = outputs(kernel, setting)
      let count = run.count(trial == 0 ? base : base / 3, setting)
      let isWhole = trial == 0 && kernel.type.size == 2 && test.tier != .quick
      let x =
        isWhole
        ? (0..<65_536 as Range<UInt64>).map(kernel.type.decode).filter(\.isFinite)
        : Samples.normal(kernel.type, count, &random)
      let inputs = run.row(setting, x: x, &random)
      let dy = x.map { _ in kernel.type.rounded(random.normal()) }
      try run.judge(chosen, setting, inputs, dy: chosen == [.y] ? nil : dy, trial: trial)
      if test.isDecided { break }
    }
    let isExhaustive = test.tier == .exhaustive && kernel.type == .f32 && test.test.trial == nil
    if isExhaustive, !test.isDecided {
      let chosen = outputs(kernel, settings[0])
      if chosen.allSatisfy({ $0 == .y || $0 == .dx || $0 == .dg }) {
        try ExhaustiveSweep(run, chosen, settings[0]).run()
      }
    }
    run.report()
  }
}
