import t from "tap";
import { splitWords } from "../../e2e/lab/words.ts";

t.test("a command line is split as containerlab does it, without a shell", (t) => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["", []],
    ["  ip  link ", ["ip", "link"]],
    [`sh -c 'a "b" $c'`, ["sh", "-c", 'a "b" $c']],
    [`echo "a 'b' \\"c\\" \\\\"`, ["echo", `a 'b' "c" \\`]],
    [String.raw`a\ b c\'d`, ["a b", "c'd"]],
    [`pre"mid"'post'`, ["premidpost"]],
    [`a "" b`, ["a", "", "b"]],
    ["a && b | c", ["a", "&&", "b", "|", "c"]],
  ];
  for (const [line, words] of cases) t.same(splitWords(line), words, line);
  t.throws(() => splitWords("a 'b"), { message: /quote that is not closed/ });
  t.throws(() => splitWords('a "b'), { message: /quote that is not closed/ });
  t.end();
});
