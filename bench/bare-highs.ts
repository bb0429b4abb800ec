/** The least a process can do with HiGHS: load it and solve two variables. What `startup.ts` measures commands against. */
import loaded from "highs";

// The package's types describe its CommonJS form; what is imported here is the function itself.
const loadHighs = loaded as unknown as typeof loaded.default;

const highs = await loadHighs();
const model = highs.createModel({
  numCols: 2,
  numRows: 1,
  colCost: Float64Array.of(3, 2),
  colLower: Float64Array.of(0, 0),
  colUpper: Float64Array.of(9, 9),
  rowLower: Float64Array.of(11),
  rowUpper: Float64Array.of(100),
  integrality: Int32Array.of(1, 1),
  matrix: {
    format: "csc",
    numRows: 1,
    numCols: 2,
    starts: Int32Array.of(0, 1, 2),
    indices: Int32Array.of(0, 0),
    values: Float64Array.of(3, 2),
  },
});
model.options.set({ output_flag: false });
model.run();
const cost = Number(model.info.get("objective_function_value"));
model.dispose();
if (cost !== 11) throw new Error(`HiGHS found ${cost} where 11 is the optimum`);
