import Datasets
import Declarations
import Models

/// The recipe keys that the program declares, at the places that `stages/schema.yaml` marks with
/// `declared: true`.
public enum DeclaredKeys {
  /// Those of data sets, networks and optimisers.
  ///
  /// - Parameters:
  ///   - families: The networks that recipes may name.
  ///   - rules: The optimisers that recipes may name.
  public static func all(
    networks families: [any NetworkFamily] = NetworkCatalog.families,
    optimizers rules: [any UpdateRule.Type] = OptimizerSettings.rules
  ) -> [DeclaredSetting] {
    DatasetSettings.recipeKeys() + NetworkCatalog.recipeKeys(of: families)
      + OptimizerSettings.recipeKeys(of: rules)
  }
}
