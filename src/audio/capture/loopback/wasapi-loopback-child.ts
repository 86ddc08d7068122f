/** The process that records what Windows plays. */
import { serveChild } from "../child/serve-child.js";
import { loadWasapiLoopback } from "./wasapi-loopback.js";

serveChild(loadWasapiLoopback);
