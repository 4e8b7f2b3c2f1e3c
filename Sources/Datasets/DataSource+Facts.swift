extension DataSource {
  /// What a reader of a run should know about its images, as rows of a table: a property and its value.
  public var facts: [[String]] {
    switch kind {
    case .drawn(let dataset): dataset.facts
    case .cifar(.cifar10):
      [
        ["images", "colour photographs of 32×32 pixels, 6,000 of each class"],
        [
          "classes",
          "airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck",
        ],
        ["parts", "50,000 for training and 10,000 for the test, divided by the makers"],
        Self.makers,
        [
          "near copies",
          "3.3 % of the test images have one among the training images "
            + "(Barz and Denzler, 2020, arXiv:1902.00423)",
        ],
        [
          "wrong labels",
          "about half a percent of the test's (Northcutt et al., 2021, arXiv:2103.14749); so nobody "
            + "should want 100 %",
        ],
        Self.difficulty,
      ]
    case .cifar(.cifar100):
      [
        ["images", "colour photographs of 32×32 pixels, 600 of each of 100 classes"],
        ["parts", "50,000 for training and 10,000 for the test, divided by the makers"],
        Self.makers, Self.difficulty,
      ]
    case .folder:
      [
        ["images", "pictures of your own, each cut to its middle square and resized"],
        ["classes", "the names of their folders"],
      ]
    case .arrays:
      [
        ["images", "arrays of your own, taken as they are"],
        ["classes", "whole numbers from 0, with the names that the file gives them"],
      ]
    }
  }

  private static let makers = [
    "makers",
    "Krizhevsky, 2009, \"Learning multiple layers of features from tiny images\", chapter 3",
  ]
  private static let difficulty = [
    "difficulty",
    "small enough for a processor to learn from in minutes or hours, and hard enough that doing it well "
      + "took the field some years",
  ]
}
