import Testing

/// `compare` and `plot --terminal` for runs of stand-in stages.
@Suite struct FigureCommandsTests {
  @Test func compareNamesWhatDiffersAndWhatIsMissing() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.succeed("run", "--as", "fast", "--set", "train.rate=0.75")
    _ = try sandbox.takeCalls()
    let output = try sandbox.succeed("compare", "quickstart", "fast")
    #expect(output.contains("train.rate  0.5         0.75"), "\(output)")
    #expect(!output.contains("train.epochs"))
    // The logs of the stand-ins are not histories; this is reported but not an error.
    #expect(output.contains("quickstart: history.csv:1: column 2 should be 'learning_rate'"))
    #expect(output.contains("no curves to draw"))
    #expect(try sandbox.takeCalls().isEmpty, "a comparison runs no stage")

    let unknown = try sandbox.run("compare", "quickstart", "fsat")
    #expect(unknown.status == 64)
    #expect(unknown.errors == "pipeline.sh: no run 'fsat' in data/runs; did you mean 'fast'?\n")
  }

  @Test func figuresAreDrawnInTheTerminal() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"""
      cat >"$output/score.gp" <<'SCRIPT'
      set terminal dumb size columns,lines
      set output output.'.txt'
      set title sprintf('%d columns', columns)
      plot [0:1] x
      SCRIPT
      echo "plot 1 with rgbimage" >"$output/photo.gp"
      echo "<svg/>" >"$output/score.svg"
      """#, as: "draw")
    try sandbox.replace("[\"*.svg\"]", by: "[\"*.svg\", \"*.gp\"]", in: "stages/graph.yaml")
    try sandbox.succeed()
    let all = try sandbox.succeed("plot", "--terminal")
    #expect(all.contains("80 columns"))
    #expect(all.contains("photo is made of images: open data/runs/quickstart/draw/photo.png"))
    #expect(!all.contains("\u{1B}"))
    let one = try sandbox.succeed("plot", "quickstart", "--terminal", "score")
    #expect(one.contains("80 columns") && !one.contains("photo"))
    let wrong = try sandbox.run("plot", "--terminal", "scroe")
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("quickstart has no figure 'scroe'; did you mean 'score'?"))
    #expect(try sandbox.run("plot", "one", "two").status == 64)
  }
}
