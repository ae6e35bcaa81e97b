extension Checks {
  static let alias: [Check] = [
    InPlaceChecks.forward, InPlaceChecks.backward, InPlaceChecks.undeclared,
  ]
}
