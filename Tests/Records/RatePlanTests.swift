import Records
import Testing

@Suite struct RatePlanTests {
  @Test func whatIsWrittenIsRead() throws {
    let plan = RatePlan(epochs: [0, 0.5], rates: [0.1, 1e-7])
    #expect(plan.text == "epoch,learning_rate\n0.0,0.1\n0.5,1e-07\n")
    #expect(try RatePlan(parsing: plan.text, file: "schedule.csv") == plan)
  }

  @Test(arguments: [
    "", "epoch,rate\n", "epoch,learning_rate\n1,0.1\n0.5,0.1\n", "epoch,learning_rate\n0,-1\n",
    "epoch,learning_rate\n0\n", "epoch,learning_rate\nnan,0.1\n", "epoch,learning_rate\n0,0.1",
  ])
  func aPlanThatIsNoneIsRefused(_ text: String) {
    #expect(throws: LogError.self) { try RatePlan(parsing: text, file: "schedule.csv") }
  }
}
