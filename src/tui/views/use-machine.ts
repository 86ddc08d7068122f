/** What no event tells: the memory of the process, looked at now and then. */
import { useEffect, useState } from "react";
import type { Machine } from "../draw/footer.js";

const PERIOD_MS = 2000;

export function useMachine(): Machine {
  const [machine, setMachine] = useState(look);
  useEffect(() => {
    const timer = setInterval(() => setMachine(look()), PERIOD_MS);
    return () => clearInterval(timer);
  }, []);
  return machine;
}

function look(): Machine {
  return { residentBytes: process.memoryUsage.rss() };
}
