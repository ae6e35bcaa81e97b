extension Checks {
  static let conc: [Check] = []
}
