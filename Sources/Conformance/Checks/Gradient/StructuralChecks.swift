extension Checks {
  /// What backward and fused are given and asked for, whatever the derivative.
  static let structuralGradient: [Check] = [
    NeedsChecks.x, NeedsChecks.y, AccumulateCheck.check, OptionalOutputs.check, DyAbsent.check,
    FusedEquals.check,
  ]
}
