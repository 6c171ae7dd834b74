import { Link2, MousePointerClick, Waypoints } from "lucide-react";

const STEPS = [
  {
    Icon: MousePointerClick,
    title: "Drop",
    text: "Files stay on your device. Your browser encrypts them piece by piece and keeps the key.",
  },
  {
    Icon: Link2,
    title: "Send the link",
    text: "The key is in the link, after the #, which browsers never send to a server.",
  },
  {
    Icon: Waypoints,
    title: "Keep the tab open",
    text: "Receivers pass pieces on to one another. The page tells you when enough copies are out and you can go.",
  },
] as const;

export function HowItWorks() {
  return (
    <section className="how" aria-labelledby="how-heading">
      <h2 id="how-heading">How it works</h2>
      <ol className="how-steps">
        {STEPS.map(({ Icon, title, text }) => (
          <li key={title}>
            <Icon aria-hidden="true" />
            <h3>{title}</h3>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
