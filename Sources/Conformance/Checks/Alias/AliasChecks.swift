extension Checks {
  static let alias: [Check] = []
}
