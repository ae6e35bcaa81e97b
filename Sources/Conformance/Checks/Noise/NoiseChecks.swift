extension Checks {
  static let noise: [Check] = []
}
