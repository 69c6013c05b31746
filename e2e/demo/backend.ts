/** A back-end: answers every HTTP request with the name it was given. Usage: backend.ts NAME */
import { createServer } from "node:http";

const [name = ""] = process.argv.slice(2);
createServer((_, response) => response.end(name)).listen(80, "::", () => process.stdout.write("listening\n"));
