extension Checks {
  static let perf: [Check] = []
}
