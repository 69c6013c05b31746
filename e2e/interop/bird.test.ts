import { bird } from "./bird.ts";
import { interoperates } from "./suite.ts";

interoperates(bird);
