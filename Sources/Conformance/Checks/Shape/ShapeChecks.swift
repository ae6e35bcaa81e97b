extension Checks {
  static let shape: [Check] = [
    ZeroExtent.check, LayoutChecks.check, BoxInvariance.check, PlaceInvariance.check,
    GranularityChecks.check, CoefficientStep.check, RefusalConsistent.check,
    RefusalUntouched.check,
  ]
}
