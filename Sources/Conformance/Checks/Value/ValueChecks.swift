extension Checks {
  static let value: [Check] = []
}
