/** The process that records what a Mac plays. */
import { serveChild } from "../child/serve-child.js";
import { loadCoreAudioTap } from "./core-audio-tap.js";

serveChild(loadCoreAudioTap);
