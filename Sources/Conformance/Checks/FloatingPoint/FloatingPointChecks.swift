extension Checks {
  static let fp: [Check] = []
}
