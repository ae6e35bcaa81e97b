extension Checks {
  static let shape: [Check] = []
}
